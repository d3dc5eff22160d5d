import AWSModels
import AWSWire
import State

/// Chooses the tasks that go when a service is scaled in: first those that do not run, then unhealthy ones, then those
/// of the capacity provider that is farthest above its share, then as the service's first placement strategy says.
/// Source: Amazon ECS Developer Guide, Service scheduler concepts (scale-in) and Use strategies to define Amazon ECS
/// task placement.
/// - Parameter placement: the service's strategies.
/// - Returns: `count` tasks, or all when there are fewer.
func chooseVictims(
    _ count: Int, among tasks: [TaskView], _ strategy: [ECS.CapacityProviderStrategyItem],
    _ placement: [ECS.PlacementStrategy], _ now: Timestamp
) -> [TaskView] {
    var left = tasks
    var victims: [TaskView] = []
    while victims.count < count {
        let order = ScaleInOrder(left, after: victims, strategy, placement.first?.type)
        guard let victim = order.first(of: left) else { break }
        victims.append(victim)
        left.removeAll { $0.id == victim.id }
    }
    return victims
}

/// The order in which tasks go: less goes first.
private struct ScaleInOrder {
    private let placement: ECS.PlacementStrategyType?
    /// The names of capacity providers, the one that is farthest above its share first.
    private let providers: [String]
    private var bySpread: [String: Int] = [:]
    private var byInstance: [String: Int] = [:]
    /// What tasks that went before leave on their instances.
    private var freed: [String: Int] = [:]

    init(
        _ tasks: [TaskView], after victims: [TaskView], _ strategy: [ECS.CapacityProviderStrategyItem],
        _ placement: ECS.PlacementStrategyType?
    ) {
        self.placement = placement
        let byProvider = Dictionary(tasks.map { ($0.capacityProvider ?? "", 1) }, uniquingKeysWith: +)
        providers = CapacityShares(strategy, counts: byProvider).shrinkOrder
        for task in tasks {
            bySpread[task.spreadGroup, default: 0] += 1
            byInstance[task.instanceID ?? "", default: 0] += 1
        }
        for victim in victims { freed[victim.instanceID ?? "", default: 0] += victim.packing?.share ?? 0 }
    }

    func first(of tasks: [TaskView]) -> TaskView? {
        tasks.min { a, b in
            let (left, right) = (rank(a), rank(b))
            return left == right ? a.id < b.id : left.lexicographicallyPrecedes(right)
        }
    }

    private func rank(_ task: TaskView) -> [Int] {
        [
            task.lastStatus < .running ? 0 : 1,
            task.health == .unhealthy ? 0 : 1,
            providers.firstIndex(of: task.capacityProvider ?? "") ?? 0,
        ] + placementRank(task)
    }

    private func placementRank(_ task: TaskView) -> [Int] {
        switch placement {
        // From the fullest group, and within it from the fullest instance.
        case .spread?, nil: [-(bySpread[task.spreadGroup] ?? 0), -(byInstance[task.instanceID ?? ""] ?? 0)]
        // From the instance that has the most left afterwards.
        case .binpack?:
            [-((task.packing?.left ?? 0) + (task.packing?.share ?? 0) + (freed[task.instanceID ?? ""] ?? 0))]
        // Ids are random.
        case .random?: []
        }
    }
}

/// How a task fills its instance, for a service that packs them.
package struct TaskPacking: Sendable, Equatable {
    /// What the instance has left of the resource that is packed.
    var left: Int
    /// What the task takes of it.
    var share: Int
}

extension TaskView {
    /// The group that spreading counts the task in: its zone, unless the service spreads by something else.
    fileprivate var spreadGroup: String { spreadValue ?? availabilityZone ?? "" }

    /// Notes what the service's first placement strategy looks at.
    mutating func note(_ strategy: ECS.PlacementStrategy, of task: TaskRecord, in snapshot: Snapshot) {
        guard let key = task.instanceKey, let instance = snapshot.get(key) else { return }
        switch strategy.type {
        case .spread?, nil: spreadValue = Scheduling.spreadValue(of: instance, strategy.field ?? "instanceId")
        case .binpack?:
            let usage = snapshot.usage(of: key)
            packing =
                strategy.field?.lowercased() == "cpu"
                ? TaskPacking(left: instance.cpuUnits - usage.cpuUnits, share: task.cpuUnits)
                : TaskPacking(left: instance.memoryMiB - usage.memoryMiB, share: task.memoryMiB)
        case .random?: break
        }
    }
}
