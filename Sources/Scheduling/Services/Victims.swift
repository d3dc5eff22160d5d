import AWSModels
import AWSWire
import State

/// Chooses the tasks that go when a service is scaled in: first those that do not run, then unhealthy ones, then those
/// of the capacity provider that is farthest above its share, then from the zone with the most, and within it from the
/// instance with the most.
/// Source: Amazon ECS Developer Guide, Service scheduler concepts (scale-in).
/// - Returns: `count` tasks, or all when there are fewer.
func chooseVictims(
    _ count: Int, among tasks: [TaskView], _ strategy: [ECS.CapacityProviderStrategyItem], _ now: Timestamp
) -> [TaskView] {
    var left = tasks
    var victims: [TaskView] = []
    while victims.count < count, let victim = nextVictim(among: left, strategy, now) {
        victims.append(victim)
        left.removeAll { $0.id == victim.id }
    }
    return victims
}

private func nextVictim(
    among tasks: [TaskView], _ strategy: [ECS.CapacityProviderStrategyItem], _ now: Timestamp
) -> TaskView? {
    let byProvider = Dictionary(tasks.map { ($0.capacityProvider ?? "", 1) }, uniquingKeysWith: +)
    let providers = CapacityShares(strategy, counts: byProvider).shrinkOrder
    var byZone: [String: Int] = [:]
    var byInstance: [String: Int] = [:]
    for task in tasks {
        byZone[task.availabilityZone ?? "", default: 0] += 1
        byInstance[task.instanceID ?? "", default: 0] += 1
    }
    func rank(_ task: TaskView) -> [Int] {
        [
            task.lastStatus < .running ? 0 : 1,
            task.health == .unhealthy ? 0 : 1,
            providers.firstIndex(of: task.capacityProvider ?? "") ?? 0,
            -(byZone[task.availabilityZone ?? ""] ?? 0),
            -(byInstance[task.instanceID ?? ""] ?? 0),
        ]
    }
    return tasks.min { a, b in
        let (left, right) = (rank(a), rank(b))
        return left == right ? a.id < b.id : left.lexicographicallyPrecedes(right)
    }
}
