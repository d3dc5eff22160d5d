import AWSWire
import State

/// The clients: a random mix of calls through the pipeline, and at the end the orders that let a region come to rest.
///
/// Safe because a world runs in one thread.
final class Workload: @unchecked Sendable {
    let timeline: Timeline
    let network: Network
    let hosts: [SimulatedHost]
    /// The durable state, to choose from.
    var look: () -> Snapshot = { preconditionFailure("a world says where its state is") }
    /// The chance of what is done now.
    private(set) var dice: Dice
    /// What was called since an act began.
    private var calls: [String] = []
    /// Calls of `tidyUp` that have no answer yet.
    private var unanswered = 0
    private var isTidying = false
    private var acknowledged: [Acknowledgement] = []
    /// The definitions that were registered: what a service of one does, by `family:revision`.
    var kinds: [String: DefinitionKind] = [:]
    /// The daemons' definitions that were registered, by ARN.
    var daemonKinds: [String: DefinitionKind] = [:]
    private var nextToken = 0

    init(_ timeline: Timeline, _ network: Network, _ hosts: [SimulatedHost]) {
        self.timeline = timeline
        dice = timeline.choice("set-up")
        self.network = network
        self.hosts = hosts
    }

    /// Whether everything that `tidyUp` asked for was answered.
    var isTidy: Bool { isTidying && unanswered == 0 }

    /// What clients were told since the last time.
    func takeAcknowledged() -> [Acknowledgement] {
        defer { acknowledged = [] }
        return acknowledged
    }

    func note(_ acknowledgement: Acknowledgement) { acknowledged.append(acknowledgement) }

    func token() -> String {
        nextToken += 1
        return "token-\(nextToken)"
    }

    /// Begins with what everything needs: a cluster and a few definitions.
    func start() {
        call("CreateCluster", ["clusterName": "default"], tries: 50) { [self] _ in
            for kind in DefinitionKind.allCases { register(kind) }
            createLoadBalancers()
            startDaemon()
            createProviders()
        }
    }

    /// Does one thing.
    /// - Returns: what.
    func act(_ dice: Dice) -> String {
        self.dice = dice
        calls = []
        act()
        return calls.first ?? "nothing"
    }

    // MARK: Calls

    /// What a call answered; nil when nobody knows.
    struct Answer {
        var status: Int
        var body: JSONValue

        var isSuccess: Bool { status == 200 }
    }

    /// Calls an operation, again and again while there is no answer or the region failed.
    func call(_ operation: String, _ body: JSONValue, tries: Int = 1, _ done: @escaping (Answer?) -> Void) {
        let bytes = body.encode()
        calls.append("\(operation) \(String(decoding: bytes, as: UTF8.self))")
        network.call(operation, bytes) { [self] answer in
            switch answer {
            case .answered(let status, let bytes) where status < 500 || tries <= 1:
                let body = (try? JSONValue.parse(bytes)) ?? .null
                let problem = body["__type"]?.stringValue.map { "\($0): \(body["message"]?.stringValue ?? "")" }
                timeline.say("client", operation, "\(status) \(problem ?? "OK")")
                done(Answer(status: status, body: body))
            case .lost where tries <= 1:
                timeline.say("client", operation, "lost")
                done(nil)
            default:
                timeline.after(network.dice.milliseconds(100...3_000)) { [self] in
                    call(operation, body, tries: tries - 1, done)
                }
            }
        }
    }

    /// A call of `tidyUp`: it succeeds in the end.
    func order(_ operation: String, _ body: JSONValue, _ done: @escaping (Answer?) -> Void = { _ in }) {
        unanswered += 1
        call(operation, body, tries: 100) { [self] answer in
            unanswered -= 1
            done(answer)
        }
    }

    /// Lets the region come to rest: no instance drains, nothing that always fails is wanted, there is room for all.
    func tidyUp() {
        isTidying = true
        dice = timeline.choice("tidy")
        unanswered += 2
        // What is under way from before comes first.
        timeline.after(.seconds(90)) { [self] in
            tidy()
            unanswered -= 1
        }
        timeline.after(.seconds(150)) { [self] in
            tidyDaemon()
            tidyOtherTaskSets()
            unanswered -= 1
        }
    }
}

extension JSONValue {
    /// The key of the record that an ARN in a member names.
    func key<R: Record>(_ name: String, _ type: R.Type) -> State.Key<R>? {
        guard let arn = self[name]?.stringValue else { return nil }
        return State.Key(path: arn.split(separator: "/").suffix(2).joined(separator: "/"))
    }
}
