import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// Creates a task set in a service whose deployments somebody else makes; the service controller starts its tasks.
/// Source: Amazon ECS API Reference, CreateTaskSet.
struct CreateTaskSet: Operation {
    static let model = ECS.Operations.createTaskSet
    /// Source: Amazon ECS service quotas, Task sets per service.
    static let maximumPerService = 5
    /// How long a client token is known. Source: the tokens of RunTask, which ECS documents better.
    private static let tokenLifetime: Duration = .seconds(24 * 3_600)

    func access(
        _ input: ECS.CreateTaskSetRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let resource = try TaskSetReference.accessResource("*", input.service, input.cluster, tx.realm)
        return [AccessRequest("ecs:CreateTaskSet", resource)] + taggingAccess(input.tags, resource, call, tx)
    }

    func perform(
        _ input: ECS.CreateTaskSetRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.CreateTaskSetResponse {
        let service = try TaskSetReference.service(input.service, input.cluster, tx.snapshot)
        try ServiceChecks.check(clientToken: input.clientToken)
        var untokened = input
        untokened.clientToken = nil
        let token = ClientToken(input.clientToken, scope: "CreateTaskSet/\(service.key.path)", of: untokened)
        if let set = try earlier(token, service, tx, context.now) { return answer(set, service, tx.snapshot) }
        let others = tx.snapshot.table(TaskSetRecord.self).count(prefix: "\(service.key.path)/")
        guard others < CreateTaskSet.maximumPerService else {
            throw .limitExceeded("The service has \(others) task sets, as many as a service can have.")
        }
        let set = try makeTaskSet(input, service, tx.snapshot, &context)
        tx.put(set)
        token?.remember([set.digits], until: context.now.advanced(by: CreateTaskSet.tokenLifetime), &tx)
        return answer(set, service, tx.snapshot)
    }

    private func earlier(
        _ token: ClientToken?, _ service: ServiceRecord, _ tx: Transaction, _ now: Timestamp
    ) throws(WireError) -> TaskSetRecord? {
        func key(_ digits: String) -> Key<TaskSetRecord> { TaskSetRecord.key(service.cluster, service.name, digits) }
        let made = try token?.earlierResult(in: tx.snapshot, at: now) { digits in
            tx.get(key(digits))?.arn(tx.realm) ?? digits
        }
        return made?.first.flatMap { tx.get(key($0)) }
    }

    private func answer(
        _ set: TaskSetRecord, _ service: ServiceRecord, _ snapshot: Snapshot
    ) -> ECS.CreateTaskSetResponse {
        ECS.CreateTaskSetResponse(taskSet: ECS.TaskSet(set, of: service, in: snapshot, includesTags: true))
    }

    private func makeTaskSet(
        _ input: ECS.CreateTaskSetRequest, _ service: ServiceRecord, _ snapshot: Snapshot,
        _ context: inout DecisionContext
    ) throws(WireError) -> TaskSetRecord {
        let cluster = try ClusterReference.active(service.cluster, in: snapshot)
        let choice = try LaunchChoice(input.launchType, input.capacityProviderStrategy, in: cluster, snapshot)
        let definition = try TaskDefinitionReference.runnable(input.taskDefinition, in: snapshot)
        try LaunchChecks.check(
            choice, definition: definition, network: input.networkConfiguration,
            constraints: nil, strategies: nil)
        let balancers = input.loadBalancers ?? []
        guard balancers.count <= 1 else { throw .invalidParameter("A task set can have at most one load balancer.") }
        try LoadBalancerRules.check(balancers, nil, definition)
        try TargetGroupRules.check(balancers, definition, snapshot)
        try ServiceRegistryRules.check(input.serviceRegistries ?? [], definition)
        try LaunchChecks.check(platformVersion: input.platformVersion, choice.launchType)
        var set = TaskSetRecord(of: service, definition, &context)
        set.externalID = input.externalId
        set.scale = try TaskSetScale.checked(input.scale) ?? 100
        set.launchType = choice.strategy.isEmpty ? choice.launchType : nil
        set.capacityProviderStrategy = choice.strategy
        set.platformVersion = input.platformVersion
        set.networkConfiguration = input.networkConfiguration
        set.loadBalancers = balancers
        set.serviceRegistries = input.serviceRegistries ?? []
        set.tags = try Tags.checked(input.tags)
        return set
    }
}
