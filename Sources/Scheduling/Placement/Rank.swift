import AWSModels
import State

/// Looks at every instance, and applies the strategies in order, each to what the one before left: for strategies in an
/// order that no search is made for, such as `binpack` before `spread`.
func rank(_ checks: PlacementChecks, in snapshot: Snapshot, _ context: inout DecisionContext) -> Placement {
    let request = checks.request
    let (passed, refused) = sift(checks, in: snapshot)
    guard !passed.isEmpty else { return .failed(refused) }
    var left = passed
    let groups = GroupCounts(request.group, in: request.cluster, snapshot)
    for strategy in request.strategies.isEmpty ? StrategyOrder.standard : request.strategies where left.count > 1 {
        left = keepBest(of: left, by: strategy, groups, snapshot, &context)
    }
    let best = left.min { a, b in
        let (left, right) = (groups.count(on: a), groups.count(on: b))
        if left != right { return left < right }
        let (tasksOnA, tasksOnB) = (snapshot.usage(of: a.key).tasks, snapshot.usage(of: b.key).tasks)
        return tasksOnA != tasksOnB ? tasksOnA < tasksOnB : a.id < b.id
    }
    return .placed(best ?? passed[0])
}

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
