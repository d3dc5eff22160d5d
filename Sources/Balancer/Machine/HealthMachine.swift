import AWSWire
import NodeLink

/// What comes to the machine.
enum HealthEvent: Sendable, Equatable {
    /// The target groups, all of them.
    case groups([BalancerConfiguration.TargetGroup])
    /// One group's targets, all of them.
    case targets(BalancerTargets)
    /// A check that the machine asked for is over.
    case checked(TargetKey, turn: Int, CheckResult)
    /// Connections that draining targets still have.
    case connections([TargetKey: Int])
    /// Time has passed: a target that starts slowly may get more, one that became unhealthy is cut off.
    case tick
    /// The server wants to know everything.
    case hello
}

/// What the machine wants done.
enum HealthAction: Sendable, Equatable {
    /// Check after a pause. `turn` comes back with the result; one that is not the target's latest is of no interest.
    case check(TargetKey, Check, turn: Int, afterSeconds: Int)
    case report([BalancerHealth.Change])
    case drained(TargetKey)
    /// End the connections to a target that is no longer fit.
    case cut(TargetKey)
    /// Come back with a `tick`.
    case tick(afterSeconds: Int)
}

/// Knows every target's health, and which targets get requests. Pure: time comes in, what is to be done goes out.
///
/// The checks are the node's own, and HAProxy knows only ready and not ready: see docs/decisions, "The node checks".
struct HealthMachine: Sendable {
    let zone: String
    private(set) var groups: [String: BalancerConfiguration.TargetGroup] = [:]
    private(set) var targets: [String: [BalancerTargets.Target]] = [:]
    private(set) var health: [TargetKey: TargetHealth] = [:]
    /// The latest check of each target.
    private var turns: [TargetKey: Int] = [:]
    private var lastTurn = 0
    /// Draining targets that have been told to have no connections.
    private var drained: Set<TargetKey> = []
    /// When connections to unhealthy targets are to be cut.
    private var cuts: [TargetKey: Timestamp] = [:]
    private var isTicking = false
    /// Grows whenever `servers` may have changed for another reason than time.
    private(set) var routingChanges = 0

    /// - Parameter known: health from before a restart, so that nothing changes because of it.
    init(zone: String, known: [TargetKey: TargetHealth] = [:]) {
        self.zone = zone
        health = known
    }

    mutating func handle(_ event: HealthEvent, at now: Timestamp) -> [HealthAction] {
        var actions: [HealthAction] = []
        switch event {
        case .groups(let groups): replace(groups, &actions)
        case .targets(let targets): replace(targets, &actions)
        case .checked(let key, let turn, let result): take(result, key, turn, now, &actions)
        case .connections(let counts): count(counts, &actions)
        case .tick: tick(now, &actions)
        case .hello: hello(&actions)
        }
        return actions
    }

    // MARK: Structure

    private mutating func replace(_ new: [BalancerConfiguration.TargetGroup], _ actions: inout [HealthAction]) {
        routingChanges += 1
        let old = groups
        groups = Dictionary(new.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        for id in targets.keys.sorted() where groups[id] == nil {
            forget(targets[id]?.map { TargetKey(id, $0) } ?? [])
            targets[id] = nil
        }
        for group in new where old[group.id] != group {
            // Another way of checking begins at once, and knows what was.
            for target in targets[group.id] ?? [] { begin(TargetKey(group.id, target), target, group, &actions) }
        }
    }

    private mutating func replace(_ new: BalancerTargets, _ actions: inout [HealthAction]) {
        guard let group = groups[new.targetGroup] else { return }
        routingChanges += 1
        let old = targets[group.id] ?? []
        targets[group.id] = new.targets
        let keys = Set(new.targets.map { TargetKey(group.id, $0) })
        forget(health.keys.filter { $0.group == group.id && !keys.contains($0) })
        for target in new.targets where !old.contains(target) {
            begin(TargetKey(group.id, target), target, group, &actions)
        }
    }

    private mutating func forget(_ keys: [TargetKey]) {
        for key in keys {
            health[key] = nil
            turns[key] = nil
            drained.remove(key)
            cuts[key] = nil
        }
    }

    /// A target is new, or something about it is.
    private mutating func begin(
        _ key: TargetKey, _ target: BalancerTargets.Target, _ group: BalancerConfiguration.TargetGroup,
        _ actions: inout [HealthAction]
    ) {
        let before = health[key]
        switch (target.state, before?.state) {
        case (.draining, .draining): return
        case (.draining, _):
            health[key] = .draining
            turns[key] = nil
            cuts[key] = nil
        case (.active, _) where !group.healthCheck.isEnabled:
            health[key] = .unchecked
            turns[key] = nil
        case (.active, .healthy), (.active, .unhealthy), (.active, .unhealthyDraining), (.active, .initial): break
        case (.active, _):
            health[key] = .initial
            drained.remove(key)
        }
        if health[key] != before { actions.append(.report([change(key)])) }
        if target.state == .active, group.healthCheck.isEnabled { check(key, target, group, after: 0, &actions) }
    }

    private mutating func check(
        _ key: TargetKey, _ target: BalancerTargets.Target, _ group: BalancerConfiguration.TargetGroup,
        after seconds: Int, _ actions: inout [HealthAction]
    ) {
        lastTurn += 1
        turns[key] = lastTurn
        actions.append(.check(key, Check(group, target), turn: lastTurn, afterSeconds: seconds))
    }

    // MARK: Checks

    private mutating func take(
        _ result: CheckResult, _ key: TargetKey, _ turn: Int, _ now: Timestamp, _ actions: inout [HealthAction]
    ) {
        guard turns[key] == turn, let group = groups[key.group], var state = health[key],
            let target = targets[key.group]?.first(where: { TargetKey(key.group, $0) == key })
        else { return }
        let before = state
        let wasFit = isFit(key)
        state.take(result, group.healthCheck, at: now)
        if before.state == .healthy, state.state == .unhealthy { becameUnhealthy(key, &state, group, now, &actions) }
        health[key] = state
        if isFit(key) != wasFit { routingChanges += 1 }
        if (before.state, before.reason, before.description) != (state.state, state.reason, state.description) {
            actions.append(.report([change(key)]))
        }
        if before.state != .healthy, state.state == .healthy {
            cuts[key] = nil
            if !hasSlowStart(group, besides: key) { health[key]?.healthySince = nil }
            if isStartingSlowly(key, group, now) { startTicking(&actions) }
        }
        check(key, target, group, after: group.healthCheck.intervalSeconds, &actions)
    }

    /// Source: Network Load Balancers guide, "Connection termination for unhealthy targets".
    private mutating func becameUnhealthy(
        _ key: TargetKey, _ state: inout TargetHealth, _ group: BalancerConfiguration.TargetGroup, _ now: Timestamp,
        _ actions: inout [HealthAction]
    ) {
        guard !group.isHTTP, group.unhealthyCutsConnections else { return }
        guard group.unhealthyDrainingSeconds > 0 else { return actions.append(.cut(key)) }
        state.state = .unhealthyDraining
        cuts[key] = now.advanced(by: .seconds(group.unhealthyDrainingSeconds))
        startTicking(&actions)
    }

    private func change(_ key: TargetKey) -> BalancerHealth.Change {
        let state = health[key] ?? .initial
        return .init(
            targetGroup: key.group, target: key.id, port: key.port, state: state.state, reason: state.reason,
            description: state.description)
    }

    private mutating func hello(_ actions: inout [HealthAction]) {
        let changes = health.keys.filter { key in groups[key.group] != nil }.sorted().map(change)
        actions.append(.report(changes))
        actions += drained.sorted().map { .drained($0) }
    }

    // MARK: Draining

    private mutating func count(_ counts: [TargetKey: Int], _ actions: inout [HealthAction]) {
        for key in counts.keys.sorted() where counts[key] == 0 && health[key]?.state == .draining {
            if drained.insert(key).inserted { actions.append(.drained(key)) }
        }
    }

    /// Draining targets whose connections are of interest.
    var draining: [TargetKey] {
        health.filter { $0.value.state == .draining && !drained.contains($0.key) }.map(\.key).sorted()
    }

    // MARK: Time

    private mutating func startTicking(_ actions: inout [HealthAction]) {
        guard !isTicking else { return }
        isTicking = true
        actions.append(.tick(afterSeconds: 1))
    }

    private mutating func tick(_ now: Timestamp, _ actions: inout [HealthAction]) {
        isTicking = false
        for key in cuts.keys.sorted() {
            guard let end = cuts[key], end <= now else { continue }
            cuts[key] = nil
            health[key]?.state = .unhealthy
            actions += [.report([change(key)]), .cut(key)]
        }
        let isSlow = health.keys.contains { key in
            groups[key.group].map { isStartingSlowly(key, $0, now) } ?? false
        }
        if isSlow || !cuts.isEmpty { startTicking(&actions) }
    }

    /// The first targets of a group have nobody to spare them.
    /// Source: Application Load Balancers guide, "Slow start mode".
    private func hasSlowStart(_ group: BalancerConfiguration.TargetGroup, besides key: TargetKey) -> Bool {
        guard group.slowStartSeconds > 0, group.algorithm != .leastOutstandingRequests else { return false }
        return health.contains { $0.key.group == group.id && $0.key != key && $0.value.state == .healthy }
    }

    private func isStartingSlowly(
        _ key: TargetKey, _ group: BalancerConfiguration.TargetGroup, _ now: Timestamp
    ) -> Bool {
        guard group.slowStartSeconds > 0, let since = health[key]?.healthySince else { return false }
        return now < since.advanced(by: .seconds(group.slowStartSeconds))
    }
}
