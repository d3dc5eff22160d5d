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
    /// The classes whose attributes pass the checks, as of a generation of the index.
    private var passing: (generation: Int, classes: [Int])?

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
        guard let index = snapshot.instances(of: checks.request.cluster) else { return .failed([]) }
        let search = PlacementSearch(checks, order, index, passing(index, in: snapshot), in: snapshot)
        if let found = search.best(&context) { return .placed(found) }
        return .failed(sift(checks, in: snapshot).refused)
    }

    /// Whether some instance could take the task. When none can, this is much cheaper than `place`: it asks nobody why.
    package mutating func hasPlace(from provider: String?, in snapshot: Snapshot) -> Bool {
        checks.request.capacityProvider = provider
        guard let index = snapshot.instances(of: checks.request.cluster) else { return false }
        let classes = passing(index, in: snapshot)
        return PlacementSearch(checks, .anywhere, index, classes, in: snapshot).hasAny
    }

    /// The numbers of the classes that are looked at.
    private mutating func passing(_ index: InstanceIndex, in snapshot: Snapshot) -> [Int] {
        if let passing, passing.generation == index.generation { return passing.classes }
        let classes = index.classes.filter { checks.mayPass($0, in: snapshot) }.map(\.number)
        passing = (index.generation, classes)
        return classes
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
