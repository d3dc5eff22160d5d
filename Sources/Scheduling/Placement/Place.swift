import AWSModels
import State

/// Chooses the instance for one task.
///
/// Checks come first and are binding; strategies rank what is left and never refuse. Several tasks are placed one by
/// one, each on the snapshot that holds the ones before.
/// Source: Amazon ECS Developer Guide, How Amazon ECS places tasks on container instances.
/// - Returns: the instance, or every instance with the reason why not.
package func place(_ request: TaskRequest, in snapshot: Snapshot, _ context: inout DecisionContext) -> Placement {
    let checks = PlacementChecks(request)
    var candidates: [ContainerInstanceRecord] = []
    var refused: [RefusedInstance] = []
    for instance in snapshot.list(
        ContainerInstanceRecord.self, .instanceByStatus, prefix: "\(request.cluster)/ACTIVE/")
    where request.capacityProvider == nil || instance.capacityProviderName == request.capacityProvider {
        if let failure = checks.failure(of: instance, in: snapshot) {
            refused.append(RefusedInstance(instance: instance.key, failure: failure))
        } else {
            candidates.append(instance)
        }
    }
    guard !candidates.isEmpty else { return .failed(refused) }
    return .placed(choose(from: candidates, for: request, in: snapshot, &context))
}

/// Why `instance` cannot take the task, when the caller chose it: only the agent, resources and attributes matter then.
/// Source: Amazon ECS API Reference, StartTask: it uses no constraints and strategies.
/// - Returns: nil when it can.
package func refusal(
    of instance: ContainerInstanceRecord, for request: TaskRequest, in snapshot: Snapshot
) -> PlacementFailure? {
    PlacementChecks(request).hostFailure(of: instance, in: snapshot)
}

/// Applies the strategies in order, each to what the one before left, then prefers the instance with the fewest tasks
/// of the group, then with the fewest tasks.
private func choose(
    from candidates: [ContainerInstanceRecord], for request: TaskRequest, in snapshot: Snapshot,
    _ context: inout DecisionContext
) -> ContainerInstanceRecord {
    var left = candidates
    let groups = GroupCounts(request.group, in: request.cluster, snapshot)
    for strategy in request.strategies.isEmpty ? defaultStrategies : request.strategies where left.count > 1 {
        left = keepBest(of: left, by: strategy, groups, snapshot, &context)
    }
    return left.min { a, b in
        let (left, right) = (groups.count(on: a), groups.count(on: b))
        if left != right { return left < right }
        let (tasksOnA, tasksOnB) = (snapshot.usage(of: a.key).tasks, snapshot.usage(of: b.key).tasks)
        return tasksOnA != tasksOnB ? tasksOnA < tasksOnB : a.id < b.id
    } ?? candidates[0]
}

/// Spread over zones, then instances.
/// Source: Amazon ECS API Reference, CreateService: the scheduler balances across Availability Zones by default.
private let defaultStrategies: [ECS.PlacementStrategy] = [
    ECS.PlacementStrategy(type: .spread, field: "attribute:ecs.availability-zone"),
    ECS.PlacementStrategy(type: .spread, field: "instanceId"),
]

private func keepBest(
    of candidates: [ContainerInstanceRecord], by strategy: ECS.PlacementStrategy, _ groups: GroupCounts,
    _ snapshot: Snapshot, _ context: inout DecisionContext
) -> [ContainerInstanceRecord] {
    switch strategy.type {
    case .random?: return [candidates[Int.random(in: 0..<candidates.count, using: &context.random)]]
    case .binpack?: return leastRemaining(of: candidates, strategy.field ?? "", snapshot)
    case .spread?, nil: return fewestTasks(among: candidates, strategy.field ?? "instanceId", groups)
    }
}

private func leastRemaining(
    of candidates: [ContainerInstanceRecord], _ field: String, _ snapshot: Snapshot
) -> [ContainerInstanceRecord] {
    let remaining = candidates.map { instance in
        let usage = snapshot.usage(of: instance.key)
        return field.lowercased() == "cpu"
            ? instance.cpuUnits - usage.cpuUnits : instance.memoryMiB - usage.memoryMiB
    }
    let least = remaining.min() ?? 0
    return zip(candidates, remaining).filter { $0.1 == least }.map(\.0)
}

private func fewestTasks(
    among candidates: [ContainerInstanceRecord], _ field: String, _ groups: GroupCounts
) -> [ContainerInstanceRecord] {
    let values = candidates.map { spreadValue(of: $0, field) }
    let counts = groups.counts { spreadValue(of: $0, field) }
    let fewest = values.map { counts[$0] ?? 0 }.min() ?? 0
    return zip(candidates, values).filter { counts[$0.1] ?? 0 == fewest }.map(\.0)
}

/// What `spread` groups an instance by; instances without the attribute are one group.
func spreadValue(of instance: ContainerInstanceRecord, _ field: String) -> String {
    let prefix = "attribute:"
    guard field.hasPrefix(prefix) else { return instance.id }
    return instance.attribute(String(field.dropFirst(prefix.count))) ?? ""
}
