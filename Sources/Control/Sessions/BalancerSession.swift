import AWSModels
import AWSWire
import NodeLink
import Scheduling
import State

/// The server's side of one balancer node's session: a machine without I/O. Whoever holds the socket feeds it and does
/// what it answers.
///
/// It trusts the snapshot. The configuration is the whole structure and is sent when it is another than the one sent
/// before; targets are sent by group, those of the groups that changed.
package struct BalancerSession: Sendable {
    /// What happens to a session.
    package enum Event: Sendable {
        /// The node's `hello` is durable: it is the one that serves from now on.
        case welcomed
        case changed(BalancerChanges)
        case received(BalancerNodeMessage)
        /// Time has passed; at least every `tick`.
        case ticked
    }

    /// What is to be done.
    package enum Action: Sendable {
        case send(BalancerServerMessage)
        /// The node says who it is. When that is durable, `welcomed` follows.
        case noteHello(BalancerHello)
        /// The node serves the configuration of this revision of the state.
        case noteApplied(revision: Int, problems: [BalancerProblem])
        case noteHealth([BalancerHealth.Change])
        case noteDrained(BalancerDrained)
        /// What went through the node is to be kept with the metrics.
        case noteTraffic(BalancerTraffic)
        case close(code: Int, reason: String)
    }

    /// How often `ticked` is wanted.
    package static let tick: Duration = .seconds(10)
    static let heartbeatInterval: Duration = .seconds(30)
    /// Both sides give a silent session up after this.
    static let silenceLimit: Duration = .seconds(90)
    /// A node has said who it is after this, or is none.
    static let helloLimit: Duration = .seconds(30)

    /// The node's name, once it has said it.
    package private(set) var node: String?
    private var isWelcome = false
    /// What the node said after its hello while that was not durable: how all its targets are.
    private var early: [BalancerNodeMessage] = []
    private static let mostEarly = 64
    private let openedAt: Timestamp
    private var lastHeard: Timestamp
    private var lastHeartbeat: Timestamp
    /// What was sent last.
    private var configuration: BalancerConfiguration?
    /// The newest revision of the state that what was sent last is right for.
    private var covered = 0
    /// Whether the node serves what was sent last, and what it could not do of it.
    private var applied: [BalancerProblem]?
    /// The groups in it.
    private var groups: Set<String> = []
    /// The targets that were sent last, by group.
    private var targets: [String: [BalancerTargets.Target]] = [:]

    package init(at now: Timestamp) {
        openedAt = now
        lastHeard = now
        lastHeartbeat = now
    }

    /// Takes an event in.
    package mutating func handle(_ event: Event, _ snapshot: Snapshot, at now: Timestamp) -> [Action] {
        switch event {
        case .welcomed:
            isWelcome = true
            defer { early = [] }
            return configure(snapshot) + early.flatMap { receive($0) }
        case .changed(let changes):
            guard isWelcome else { return [] }
            return (changes.isStructural ? configure(snapshot) : []) + update(changes.targetGroups, snapshot)
        case .ticked: return keepAlive(now)
        case .received(let message):
            lastHeard = now
            return receive(message)
        }
    }

    // MARK: Orders

    /// Sends the structure if it is another one, and what belongs to groups that the node has not had before.
    private mutating func configure(_ snapshot: Snapshot) -> [Action] {
        guard let node else { return [] }
        var next = BalancerConfiguration(of: node, in: snapshot)
        let revision = next.revision
        next.revision = configuration?.revision ?? revision
        guard next != configuration else {
            covered = revision
            return applied.map { [.noteApplied(revision: revision, problems: $0)] } ?? []
        }
        next.revision = revision
        configuration = next
        covered = revision
        applied = nil
        let ids = next.targetGroups.map(\.id)
        groups = Set(ids)
        targets = targets.filter { groups.contains($0.key) }
        return [.send(.configuration(next))] + update(ids.filter { targets[$0] == nil }, snapshot)
    }

    /// Sends the targets of groups of the configuration, where they are others than the node has.
    private mutating func update(_ changed: [String], _ snapshot: Snapshot) -> [Action] {
        var actions: [Action] = []
        for group in changed where groups.contains(group) {
            let message = BalancerTargets(of: Key(path: group), in: snapshot)
            guard targets[group] != message.targets else { continue }
            targets[group] = message.targets
            actions.append(.send(.targets(message)))
        }
        return actions
    }

    // MARK: Reports

    private mutating func receive(_ message: BalancerNodeMessage) -> [Action] {
        if case .hello(let hello) = message { return greet(hello) }
        guard isWelcome else {
            if node != nil, early.count < BalancerSession.mostEarly { early.append(message) }
            return []
        }
        switch message {
        case .applied(let report): return take(report)
        case .health(let health): return health.changes.isEmpty ? [] : [.noteHealth(health.changes)]
        case .drained(let drained): return [.noteDrained(drained)]
        case .traffic(let traffic): return [.noteTraffic(traffic)]
        case .heartbeat, .unknown, .hello: return []
        }
    }

    private mutating func greet(_ hello: BalancerHello) -> [Action] {
        guard node == nil else { return [.close(code: 1_008, reason: "A node says hello once.")] }
        if let fault = hello.fault { return [.close(code: 1_008, reason: fault)] }
        node = hello.name
        return [.noteHello(hello)]
    }

    private mutating func take(_ report: BalancerApplied) -> [Action] {
        let problems = report.problems.prefix(BalancerProblem.most).map(BalancerProblem.init)
        guard report.revision == configuration?.revision else {
            // An older one, with a newer on its way; one that was never sent says nothing.
            let isOlder = configuration.map { report.revision < $0.revision } ?? false
            return isOlder ? [.noteApplied(revision: report.revision, problems: problems)] : []
        }
        applied = problems
        return [.noteApplied(revision: covered, problems: problems)]
    }

    // MARK: Time

    private mutating func keepAlive(_ now: Timestamp) -> [Action] {
        if now - lastHeard > BalancerSession.silenceLimit {
            return [.close(code: 1_011, reason: "The node is silent.")]
        }
        if node == nil, now - openedAt > BalancerSession.helloLimit {
            return [.close(code: 1_008, reason: "The node did not say who it is.")]
        }
        guard now - lastHeartbeat >= BalancerSession.heartbeatInterval else { return [] }
        lastHeartbeat = now
        return [.send(.heartbeat)]
    }
}

extension BalancerProblem {
    /// As many are kept as somebody would read.
    fileprivate static let most = 100
    private static let longestText = 1_024

    fileprivate init(_ problem: BalancerApplied.Problem) {
        self.init(
            loadBalancer: problem.loadBalancer, listener: problem.listener,
            text: String(problem.text.prefix(BalancerProblem.longestText)))
    }
}

extension BalancerHello {
    /// What is wrong with it; nil when nothing is.
    fileprivate var fault: String? {
        let isName = name.utf8.count <= 64 && name.first != "." && !name.isEmpty
        guard isName, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }) else {
            return "The node's name is to be 1 to 64 letters, digits, dots, hyphens and underscores."
        }
        guard zone.utf8.count <= 64, hostAddress.utf8.count <= 255, version.utf8.count <= 64 else {
            return "The node says too much of itself."
        }
        return AddressPool(pool) == nil ? "The node's pool is no block of addresses from /8 to /29." : nil
    }
}
