import AWSModels
import State

/// Chooses the instance for one task.
///
/// Checks come first and are binding; strategies rank what is left and never refuse. Several tasks are placed one by
/// one, each on the snapshot that holds the ones before. What is equal to the strategies goes to the instance with the
/// fewest tasks of the group, and then with the fewest tasks.
/// Source: Amazon ECS Developer Guide, How Amazon ECS places tasks on container instances.
/// - Returns: the instance, or every instance with the reason why not.
package func place(_ request: TaskRequest, in snapshot: Snapshot, _ context: inout DecisionContext) -> Placement {
    let checks = PlacementChecks(request)
    guard let order = StrategyOrder(request.strategies) else { return rank(request, checks, in: snapshot, &context) }
    if let found = PlacementSearch(request, checks, order, in: snapshot)?.best(&context) { return .placed(found) }
    return .failed(sift(request, checks, in: snapshot).refused)
}

/// Why `instance` cannot take the task, when the caller chose it: only the agent, resources and attributes matter then.
/// Source: Amazon ECS API Reference, StartTask: it uses no constraints and strategies.
/// - Returns: nil when it can.
package func refusal(
    of instance: ContainerInstanceRecord, for request: TaskRequest, in snapshot: Snapshot
) -> PlacementFailure? {
    PlacementChecks(request).hostFailure(of: instance, in: snapshot)
}

/// Puts every active instance to the checks.
func sift(
    _ request: TaskRequest, _ checks: PlacementChecks, in snapshot: Snapshot
) -> (passed: [ContainerInstanceRecord], refused: [RefusedInstance]) {
    var passed: [ContainerInstanceRecord] = []
    var refused: [RefusedInstance] = []
    for instance in snapshot.list(
        ContainerInstanceRecord.self, .instanceByStatus, prefix: "\(request.cluster)/ACTIVE/")
    where request.capacityProvider == nil || instance.capacityProviderName == request.capacityProvider {
        if let failure = checks.failure(of: instance, in: snapshot) {
            refused.append(RefusedInstance(instance: instance.key, failure: failure))
        } else {
            passed.append(instance)
        }
    }
    return (passed, refused)
}
