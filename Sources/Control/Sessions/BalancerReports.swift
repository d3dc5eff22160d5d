import AWSModels
import AWSWire
import NodeLink
import Scheduling
import State

/// What sessions learn of balancer nodes and targets, as changes. Each writes observed fields only, and nothing when
/// nothing is new.
extension Transaction {
    /// A balancer node opened its session. What it serves it says when it has its configuration.
    /// - Parameters:
    ///   - session: names the session; the end of another one will not disconnect the node.
    ///   - server: who has the session, where there are several.
    package mutating func connect(
        _ hello: BalancerHello, session: String, of server: String? = nil, at now: Timestamp
    ) {
        var node = get(BalancerNodeRecord.key(hello.name)) ?? BalancerNodeRecord()
        if node.name.isEmpty { node.registeredAt = now }
        node.name = hello.name
        node.zone = hello.zone
        node.pool = hello.pool
        node.hostAddress = hello.hostAddress
        node.version = hello.version
        node.isConnected = true
        node.sessionID = session
        node.sessionServer = server
        node.disconnectedAt = nil
        node.appliedRevision = 0
        put(node)
    }

    /// A balancer node's session ended.
    package mutating func disconnect(_ node: Key<BalancerNodeRecord>, session: String, at now: Timestamp) {
        guard let record = get(node), record.isConnected, record.sessionID == session else { return }
        update(node) { $0.disconnect(at: now) }
    }

    /// No session outlives its server: at the start of one, every node is disconnected whose session is not with
    /// another server that lives.
    /// - Parameter servers: the names of those that live.
    package mutating func disconnectBalancerNodes(except servers: Set<String> = [], at now: Timestamp) {
        disconnect(at: now) { node in !(node.sessionServer.map(servers.contains) ?? false) }
    }

    /// A server is gone, and its sessions with it.
    package mutating func disconnectBalancerNodes(of server: String, at now: Timestamp) {
        disconnect(at: now) { node in node.sessionServer == server }
    }

    private mutating func disconnect(at now: Timestamp, _ isConcerned: (BalancerNodeRecord) -> Bool) {
        for node in snapshot.list(BalancerNodeRecord.self) where node.isConnected && isConcerned(node) {
            update(node.key) { $0.disconnect(at: now) }
        }
    }

    /// A node serves the configuration of a revision of the state.
    package mutating func noteApplied(
        _ node: Key<BalancerNodeRecord>, session: String, revision: Int, problems: [BalancerProblem]
    ) {
        guard let record = get(node), record.sessionID == session,
            record.appliedRevision < revision || record.problems != problems
        else { return }
        update(node) { record in
            record.appliedRevision = max(record.appliedRevision, revision)
            record.problems = problems
        }
    }

    /// A node has judged targets. What it says of one that is gone, or of none, says nothing.
    package mutating func noteHealth(
        of changes: [BalancerHealth.Change], from node: Key<BalancerNodeRecord>, at now: Timestamp
    ) {
        var judges: [String: TargetJudges] = [:]
        for change in changes {
            // What drains is known here before there.
            guard let state = ELB.TargetHealthStateEnum(rawValue: change.state.rawValue), state != .draining else {
                continue
            }
            let key = TargetRecord.key(Key(path: change.targetGroup), change.target, change.port)
            guard let old = get(key), old.drainingSince == nil else { continue }
            let own = judges[change.targetGroup] ?? snapshot.judges(of: old.targetGroupKey)
            judges[change.targetGroup] = own
            let reason = change.reason.flatMap { ELB.TargetHealthReasonEnum(rawValue: $0) }
            var target = old
            target.take(
                TargetReport(
                    node: node.path,
                    health: TargetHealthState(state, reason: reason, description: change.text, since: now)),
                own)
            if target != old { put(target) }
        }
    }

    /// A node has nothing in flight any more on a target that drains.
    package mutating func noteDrained(_ drained: BalancerDrained) {
        let key = TargetRecord.key(Key(path: drained.targetGroup), drained.target, drained.port)
        guard let target = get(key), target.drainingSince != nil, !target.isDrained else { return }
        update(key) { $0.isDrained = true }
    }
}

extension BalancerNodeRecord {
    fileprivate mutating func disconnect(at now: Timestamp) {
        isConnected = false
        sessionID = nil
        sessionServer = nil
        disconnectedAt = now
    }
}

extension BalancerHealth.Change {
    private static let longestText = 255

    /// As much of the description as somebody would read.
    fileprivate var text: String? { description.map { String($0.prefix(Self.longestText)) } }
}
