import AWSModels
import AWSWire
import State

/// Chooses the tasks that go when a service is scaled in: first those that do not run, then those that are not healthy,
/// then those of the capacity provider that is farthest above its share, then as the service's first placement strategy
/// says.
/// Source: Amazon ECS Developer Guide, Service scheduler concepts (scale-in) and Use strategies to define Amazon ECS
/// task placement.
/// - Parameters:
///   - all: the tasks that are counted, when `tasks` are only some of them.
///   - placement: the service's strategies.
/// - Returns: `count` tasks, or all when there are fewer.
func chooseVictims(
    _ count: Int, among tasks: [TaskView], of all: [TaskView]? = nil,
    _ strategy: [ECS.CapacityProviderStrategyItem], _ placement: [ECS.PlacementStrategy], _ now: Timestamp
) -> [TaskView] {
    guard count > 0 else { return [] }
    var tally = ScaleInTally(all ?? tasks, strategy, placement.first?.type)
    var victims: [TaskView] = []
    for (_, alike) in Dictionary(grouping: tasks, by: \.worth).sorted(by: { $0.key < $1.key }) {
        var order = ScaleInOrder(alike, tally)
        while victims.count < count, let victim = order.next() { victims.append(victim) }
        tally = order.tally
    }
    return victims
}

extension TaskView {
    /// What the task is worth to its service: the less for one that does not run, then for one that is unhealthy, or of
    /// which nobody can say yet that it is healthy.
    fileprivate var worth: Int {
        let value =
            switch health {
            case .unhealthy?: 0
            case .unknown?: 1
            case .healthy?, nil: 2
            }
        return (lastStatus < .running ? 0 : 3) + value
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
    var spreadGroup: String { spreadValue ?? availabilityZone ?? "" }

    /// Notes what the service's first placement strategy looks at.
    mutating func note(_ strategy: ECS.PlacementStrategy, in snapshot: Snapshot) {
        let task = record.value
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
