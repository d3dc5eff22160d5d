import APIPipeline
import AWSModels
import AWSWire
import State

/// Creates an Express service: a service on Fargate from a container image and two roles, with a task definition that
/// ECS makes.
/// Source: Amazon ECS API Reference, CreateExpressGatewayService.
/// Seam: AWS Fargate and load balancers: tasks wait, there are no ingress paths, and the status
///   says so.
struct CreateExpressGatewayService: Operation {
    static let model = ECS.Operations.createExpressGatewayService

    func access(
        _ input: ECS.CreateExpressGatewayServiceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        let service = tx.realm.ecs("service/\(cluster)/\(input.serviceName ?? "*")")
        return [AccessRequest("ecs:CreateExpressGatewayService", service)]
            + [input.infrastructureRoleArn, input.executionRoleArn, input.taskRoleArn].compactMap(\.self).map { role in
                AccessRequest("iam:PassRole", tx.realm.role(role))
            }
    }

    func perform(
        _ input: ECS.CreateExpressGatewayServiceRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.CreateExpressGatewayServiceResponse {
        let cluster = try cluster(input, call, &tx, &context)
        var service = try service(input, cluster, &context)
        try checkName(of: service, tx.snapshot)
        var revision = ExpressRevision()
        revision.healthCheckPath = try ExpressRules.healthCheckPath(input.healthCheckPath)
        revision.scalingTarget = try ExpressRules.scalingTarget(input.scalingTarget, over: nil)
        service.desiredCount = revision.scalingTarget.minTaskCount ?? 1
        service.createdBy = call.caller.arn
        let definition = try definition(input, service, call, &tx, context.now)
        tx.deployExpress(definition, of: &service, revision, &context)
        tx.put(service)
        return ECS.CreateExpressGatewayServiceResponse(
            service: ECS.ECSExpressGatewayService(service, in: tx.snapshot, includesTags: true))
    }

    /// The default cluster is made when it is needed and not there.
    /// Source: Amazon ECS Developer Guide, Resources created by Amazon ECS Express Mode services.
    private func cluster(
        _ input: ECS.CreateExpressGatewayServiceRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> String {
        let name = try ClusterReference.name(input.cluster, tx.realm)
        if name == "default", tx.get(ClusterRecord.key(name))?.status != .active {
            let request = ECS.CreateClusterRequest(clusterName: name, capacityProviders: ["FARGATE"])
            _ = try CreateCluster().perform(request, call, &tx, &context)
        }
        return try ClusterReference.active(input.cluster, in: tx.snapshot).name
    }

    private func service(
        _ input: ECS.CreateExpressGatewayServiceRequest, _ cluster: String, _ context: inout DecisionContext
    ) throws(WireError) -> ServiceRecord {
        let name = input.serviceName ?? "express-\(context.random.hex(12))"
        guard Names.isName(name) else { throw .invalidParameter("Invalid service name: \(name)") }
        try ARN.checkRole(input.infrastructureRoleArn, "infrastructureRoleArn")
        var service = ServiceRecord()
        service.cluster = cluster
        service.name = name
        service.createdAt = context.now
        service.infrastructureRoleARN = input.infrastructureRoleArn
        service.tags = try Tags.checked(input.tags)
        service.settings.launchType = .fargate
        service.settings.platformVersion = "LATEST"
        service.settings.networkConfiguration = try ExpressRules.network(input.networkConfiguration)
        service.settings.deploymentConfiguration = try ServiceChecks.completed(nil, over: nil, .replica)
        service.settings.availabilityZoneRebalancing = .enabled
        return service
    }

    private func checkName(of service: ServiceRecord, _ snapshot: Snapshot) throws(WireError) {
        switch snapshot.get(service.key)?.status {
        case .active?: throw .invalidParameter("Creation of service was not idempotent.")
        case .draining?: throw .invalidParameter("Unable to Start a service that is still Draining.")
        case .inactive?, nil: return
        }
    }

    private func definition(
        _ input: ECS.CreateExpressGatewayServiceRequest, _ service: ServiceRecord, _ call: Call,
        _ tx: inout Transaction, _ now: Timestamp
    ) throws(WireError) -> TaskDefinitionRecord {
        let request = ExpressTaskDefinition.Request(
            primaryContainer: input.primaryContainer, executionRoleARN: input.executionRoleArn,
            taskRoleARN: input.taskRoleArn, cpu: input.cpu, memory: input.memory, architecture: input.cpuArchitecture,
            taskDefinitionARN: input.taskDefinitionArn)
        if let text = request.taskDefinitionARN {
            return try ExpressTaskDefinition.given(text, request, tx.snapshot)
        }
        let maker = ExpressTaskDefinition(cluster: service.cluster, service: service.name)
        let registration = try maker.registration(request, over: nil, tx.realm)
        return try RegisterTaskDefinition().register(registration, by: call.caller, &tx, at: now)
    }
}
