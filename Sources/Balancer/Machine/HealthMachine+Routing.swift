import AWSWire
import NodeLink

/// Who gets requests.
extension HealthMachine {
    /// The servers of every group, with whether they get requests and how many.
    func servers(at now: Timestamp) -> [String: [ServerView]] {
        var result: [String: [ServerView]] = [:]
        for (id, group) in groups { result[id] = servers(of: group, at: now) }
        return result
    }

    private func servers(of group: BalancerConfiguration.TargetGroup, at now: Timestamp) -> [ServerView] {
        let all = targets[group.id] ?? []
        let active = all.filter { $0.state == .active && isNear($0, group) }
        let fit = active.filter { isFit(TargetKey(group.id, $0)) }
        // Requests go to all when too few are healthy: better an answer of an unhealthy target than none.
        // Source: Application Load Balancers guide, "Target group health": unhealthy state routing.
        let percentage = group.minimumHealthyPercentage ?? 0
        let minimum = max(group.minimumHealthyCount, (active.count * percentage + 99) / 100)
        let chosen = Set((fit.count >= minimum ? fit : active).map { TargetKey(group.id, $0) })
        return all.map { target in
            let key = TargetKey(group.id, target)
            return ServerView(
                target: target, isReady: chosen.contains(key), weight: weight(of: key, in: group, at: now))
        }
    }

    func isFit(_ key: TargetKey) -> Bool {
        let state = health[key]?.state
        return state == .healthy || state == .unavailable
    }

    private func isNear(_ target: BalancerTargets.Target, _ group: BalancerConfiguration.TargetGroup) -> Bool {
        group.isCrossZone || target.zone == nil || target.zone == zone
    }

    /// Rises from 1 to 100 while the target starts slowly.
    private func weight(
        of key: TargetKey, in group: BalancerConfiguration.TargetGroup, at now: Timestamp
    ) -> Int {
        guard group.slowStartSeconds > 0, let since = health[key]?.healthySince else { return 100 }
        let elapsed = now.milliseconds - since.milliseconds
        return min(100, max(1, Int(elapsed) * 100 / (group.slowStartSeconds * 1_000)))
    }
}
