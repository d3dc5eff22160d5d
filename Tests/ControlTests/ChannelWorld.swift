import AWSWire
import NodeLink

/// Both ends of a data channel in virtual time, with a link between them that loses, doubles and reorders.
struct ChannelWorld {
    static let start = Timestamp(milliseconds: 1_767_225_600_000)

    /// How often of a hundred times a message is lost, doubled, late.
    struct Weather: Sendable {
        var lost = 0
        var doubled = 0
        var late = 0
    }

    enum End { case host, client }

    var host: DataChannelHost
    var client = DataChannelClient(version: "test", random: SeededRandom(seed: 2))
    var weather: Weather
    var random: SeededRandom
    var now = ChannelWorld.start
    /// Whether messages get through at all.
    var isLinked = true
    /// Under way, with the time of their arrival.
    var flying: [(at: Timestamp, to: End, bytes: [UInt8])] = []
    var hostActions: [DataChannelHost.Action] = []
    var clientActions: [DataChannelClient.Action] = []
    /// What the agent may still send, and whether it grants what was taken.
    var credit = DataChannelHost.outputCredit
    var grantsInput = true

    init(_ weather: Weather = Weather(), hasTerminal: Bool = true, takesExitCode: Bool = true, seed: UInt64 = 1) {
        let open = OpenDataChannel(
            token: "t", clientVersion: "test", hasTerminal: hasTerminal, takesExitCode: takesExitCode)
        host = DataChannelHost("s", open, random: SeededRandom(seed: 1), at: ChannelWorld.start)
        self.weather = weather
        random = SeededRandom(seed: seed)
    }

    mutating func attach() {
        isLinked = true
        tell(host: .attached)
        tell(client: .attached)
    }

    mutating func cut() {
        isLinked = false
        flying = []
        tell(host: .lost)
        tell(client: .lost)
    }

    mutating func tell(host event: DataChannelHost.Event) {
        for action in host.handle(event, at: now) {
            hostActions.append(action)
            switch action {
            case .send(let bytes): fly(bytes, to: .client)
            case .begin: tell(host: .inputGranted(64 << 10))
            case .input(let bytes): if grantsInput { tell(host: .inputGranted(bytes.count)) }
            case .grantOutput(let count): credit += count
            default: continue
            }
        }
    }

    mutating func tell(client event: DataChannelClient.Event) {
        for action in client.handle(event, at: now) {
            clientActions.append(action)
            if case .send(let bytes) = action { fly(bytes, to: .host) }
        }
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func fly(_ bytes: [UInt8], to end: End) {
        guard isLinked, !chance(weather.lost) else { return }
        for _ in 0..<(chance(weather.doubled) ? 2 : 1) {
            let delay = chance(weather.late) ? Int64.random(in: 20...400, using: &random) : 5
            flying.append((now.advanced(byMilliseconds: delay), end, bytes))
        }
    }

    /// Lets time pass.
    mutating func run(_ duration: Duration, step: Int64 = 10, while goesOn: (ChannelWorld) -> Bool = { _ in true }) {
        let end = now.advanced(by: duration)
        while now < end, goesOn(self) {
            now = now.advanced(byMilliseconds: step)
            let due = flying.filter { $0.at <= now }
            flying.removeAll { $0.at <= now }
            for message in due {
                switch message.to {
                case .host: tell(host: .received(message.bytes))
                case .client: tell(client: .received(message.bytes))
                }
            }
            tell(host: .ticked)
            tell(client: .ticked)
        }
    }

    /// Until the command has begun.
    mutating func begin() {
        attach()
        run(.seconds(20)) { !$0.hasBegun }
    }

    var hasBegun: Bool { hostActions.contains { if case .begin = $0 { true } else { false } } }

    var output: [UInt8] {
        clientActions.flatMap { action -> [UInt8] in if case .output(let bytes, _) = action { bytes } else { [] } }
    }

    var input: [UInt8] {
        hostActions.flatMap { action -> [UInt8] in if case .input(let bytes) = action { bytes } else { [] } }
    }

    var hostEnd: ExecEnd? {
        for case .finish(let end) in hostActions { return end }
        return nil
    }

    var clientEnd: ExecEnd? {
        for case .finish(let end) in clientActions { return end }
        return nil
    }
}
