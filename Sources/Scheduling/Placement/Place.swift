import AWSModels
import State

/// Chooses the instances for the tasks of one request, whose constraints and strategies are read once.
///
/// Checks come first and are binding; strategies rank what is left and never refuse. Several tasks are placed one by
/// one, each on the snapshot that holds the ones before. What is equal to the strategies goes to the instance with the
/// fewest tasks of the group, and then with the fewest tasks.
/// Source: Amazon ECS Developer Guide, How Amazon ECS places tasks on container instances.
package struct Placer: Sendable {
    private var checks: PlacementChecks
    private let order: StrategyOrder?

    package init(_ request: TaskRequest) {
        checks = PlacementChecks(request)
        order = StrategyOrder(request.strategies)
    }

    /// Chooses the instance for the next task.
    /// - Parameter provider: the capacity provider whose instances are looked at; nil for all.
    /// - Returns: the instance, or every instance with the reason why not.
    package mutating func place(
        from provider: String?, in snapshot: Snapshot, _ context: inout DecisionContext
    ) -> Placement {
        checks.request.capacityProvider = provider
        guard let order else { return rank(checks, in: snapshot, &context) }
        if let found = PlacementSearch(checks, order, in: snapshot)?.best(&context) { return .placed(found) }
        return .failed(sift(checks, in: snapshot).refused)
    }
}

/// Chooses the instance for one task of a request.
/// - Returns: the instance, or every instance with the reason why not.
package func place(_ request: TaskRequest, in snapshot: Snapshot, _ context: inout DecisionContext) -> Placement {
    var placer = Placer(request)
    return placer.place(from: request.capacityProvider, in: snapshot, &context)
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
    _ checks: PlacementChecks, in snapshot: Snapshot
) -> (passed: [ContainerInstanceRecord], refused: [RefusedInstance]) {
    let request = checks.request
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
