import AWSModels

/// Which listeners and rules forward to which target groups: derived, so that it costs little to ask either way.
extension Derived {
    /// Keeps what the actions of one listener or rule forward to.
    /// - Parameter path: the key of the listener or rule.
    mutating func forward(from path: String, _ old: [ELB.Action], _ new: [ELB.Action]) {
        let (before, after) = (Set(old.flatMap(\.forwardedPaths)), Set(new.flatMap(\.forwardedPaths)))
        // Order does not matter: each is an entry of its own.
        for group in before.subtracting(after) { forwards[keyPath(group, path)] = nil }
        for group in after.subtracting(before) { forwards[keyPath(group, path)] = true }
    }
}

extension ELB.Action {
    /// The ARNs of the target groups that the action forwards to.
    package var forwardedARNs: [String] {
        guard type == .forward else { return [] }
        let groups = (forwardConfig?.targetGroups ?? []).compactMap(\.targetGroupArn)
        return groups.isEmpty ? [targetGroupArn].compactMap { $0 } : groups
    }

    /// The keys of those target groups: the last two parts of their ARNs.
    fileprivate var forwardedPaths: [String] {
        forwardedARNs.compactMap { arn in
            let parts = arn.split(separator: "/")
            return parts.count == 3 ? keyPath(String(parts[1]), String(parts[2])) : nil
        }
    }
}

extension Snapshot {
    /// The keys of the listeners whose default actions forward to a group, and of the rules that do: those of listeners
    /// have four components, those of rules five.
    package func forwards(to group: Key<TargetGroupRecord>) -> [String] {
        let prefix = group.path + "/"
        var paths: [String] = []
        tables.derived.forwards.forEach(prefix: prefix) { key, _ in
            paths.append(String(key.dropFirst(prefix.count)))
            return true
        }
        return paths
    }

    /// Whether any listener or rule forwards to a group.
    package func isUsed(_ group: Key<TargetGroupRecord>) -> Bool {
        tables.derived.forwards.count(prefix: group.path + "/") > 0
    }

    /// The load balancers whose listeners and rules forward to a group, in the order of their keys.
    package func loadBalancers(of group: Key<TargetGroupRecord>) -> [Key<LoadBalancerRecord>] {
        var found: [Key<LoadBalancerRecord>] = []
        for path in forwards(to: group) {
            let key = Key<LoadBalancerRecord>(path: path.split(separator: "/").prefix(3).joined(separator: "/"))
            if found.last != key { found.append(key) }
        }
        return found
    }

    /// The target groups that the listeners and rules of a load balancer forward to, each once, in order.
    package func targetGroups(of balancer: Key<LoadBalancerRecord>) -> [Key<TargetGroupRecord>] {
        let prefix = balancer.path + "/"
        let actions =
            list(ListenerRecord.self, prefix: prefix).flatMap(\.defaultActions)
            + list(ListenerRuleRecord.self, prefix: prefix).flatMap(\.actions)
        return Set(actions.flatMap(\.forwardedPaths)).sorted().map { Key(path: $0) }
    }
}
