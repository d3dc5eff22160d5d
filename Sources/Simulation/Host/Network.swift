import AWSModels
import AWSWire

/// The way between one machine and the server: sessions' links and single calls, with what can go wrong.
///
/// Safe because a world runs in one thread.
final class Network: @unchecked Sendable {
    /// What became of a call.
    enum Answer {
        case answered(status: Int, body: [UInt8])
        /// Nobody knows whether it took effect.
        case lost
    }

    let name: String
    /// The chance of this way.
    let dice: Dice
    private let timeline: Timeline
    private unowned let servers: ServerFleet
    private var links: [Link] = []
    private(set) var isPartitioned = false
    /// How likely a call is lost before it arrives, and again how likely its answer is lost.
    var loss = 0.0

    /// How long a caller waits for an answer.
    private static let patience: Duration = .seconds(30)

    init(_ name: String, _ timeline: Timeline, _ servers: ServerFleet) {
        self.name = name
        self.timeline = timeline
        dice = timeline.dice("network of \(name)")
        self.servers = servers
    }

    func add(_ link: Link) { links.append(link) }
    func remove(_ link: Link) { links.removeAll { $0 === link } }

    /// Nothing passes in either direction until `heal`.
    func partition() { isPartitioned = true }

    func heal() {
        isPartitioned = false
        for link in links { link.resume() }
    }

    /// Breaks all sessions.
    func cut() {
        for link in links { link.cut() }
    }

    /// A server's process, when one can be reached: any, as behind a load balancer.
    var reachable: ServerProcess? { isPartitioned ? nil : dice.pick(servers.ready) }

    /// Calls an operation of ECS with JSON bytes.
    /// - Parameter done: called once.
    func call(_ operation: String, _ body: [UInt8], _ done: @escaping (Answer) -> Void) {
        guard !dice.chance(loss) else {
            timeline.say(name, "request-lost", operation)
            return giveUp(done)
        }
        timeline.after(dice.latency()) { [self] in
            guard !isPartitioned else { return giveUp(done) }
            guard let process = reachable else { return fail(done) }
            process.handle(Network.request(operation, body)) { [self] response in
                guard !dice.chance(loss) else {
                    timeline.say(name, "answer-lost", operation)
                    return giveUp(done)
                }
                timeline.after(dice.latency()) { [self] in
                    guard !isPartitioned else { return giveUp(done) }
                    done(.answered(status: response.status, body: response.body))
                }
            } abandon: { [self] in
                fail(done)
            }
        }
    }

    static func request(_ operation: String, _ body: [UInt8]) -> HTTPRequestMessage {
        HTTPRequestMessage(
            method: "POST", rawPath: "/",
            headers: [
                "X-Amz-Target": "\(ECS.api.targetPrefix ?? "").\(operation)",
                "Content-Type": "application/x-amz-json-1.1",
            ], body: body)
    }

    /// The connection breaks soon.
    private func fail(_ done: @escaping (Answer) -> Void) {
        timeline.after(dice.latency()) { done(.lost) }
    }

    /// The caller notices now or when its patience ends.
    private func giveUp(_ done: @escaping (Answer) -> Void) {
        timeline.after(dice.chance(0.5) ? dice.latency() : Network.patience) { done(.lost) }
    }
}
