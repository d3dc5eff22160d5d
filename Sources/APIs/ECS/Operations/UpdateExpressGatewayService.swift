import APIPipeline
import AWSModels
import AWSWire
import State

/// Changes an Express service. Another task definition, network or health check path begins a deployment; another
/// scaling target only moves the bounds of the tasks that there are.
/// Source: Amazon ECS API Reference, UpdateExpressGatewayService.
struct UpdateExpressGatewayService: Operation {
    static let model = ECS.Operations.updateExpressGatewayService

    func access(
        _ input: ECS.UpdateExpressGatewayServiceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:UpdateExpressGatewayService", input.serviceArn)]
            + [input.executionRoleArn, input.taskRoleArn].compactMap(\.self).map { role in
                AccessRequest("iam:PassRole", tx.realm.role(role))
            }
    }

    func perform(
        _ input: ECS.UpdateExpressGatewayServiceRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.UpdateExpressGatewayServiceResponse {
        var service = try ExpressRules.find(
            input.serviceArn, in: tx.snapshot, orThrow: .serviceNotFound("Service not found."))
        guard service.status == .active else { throw .serviceNotActive("Service was not ACTIVE.") }
        guard let primary = service.primary, let old = service.expressRevisions.first else {
            throw .client("The service has no deployment that could be changed.")
        }
        var revision = old
        if let path = input.healthCheckPath { revision.healthCheckPath = try ExpressRules.healthCheckPath(path) }
        revision.scalingTarget = try ExpressRules.scalingTarget(input.scalingTarget, over: old.scalingTarget)
        if let network = try ExpressRules.network(input.networkConfiguration) {
            service.settings.networkConfiguration = network
        }
        let definition = try definition(input, service, primary, call, &tx, context.now)
        let isDeployed =
            definition.family == primary.family && definition.revision == primary.revision
            && revision.healthCheckPath == old.healthCheckPath
            && service.settings.networkConfiguration?.encoded() == primary.networkConfiguration?.encoded()
        if isDeployed { service.expressRevisions[0] = revision }
        scale(&service, to: revision.scalingTarget, context.now)
        if !isDeployed { tx.deployExpress(definition, of: &service, revision, &context) }
        tx.put(service)
        return ECS.UpdateExpressGatewayServiceResponse(
            service: ECS.UpdatedExpressGatewayService(service, in: tx.snapshot))
    }

    /// The count stays where the target has it.
    private func scale(_ service: inout ServiceRecord, to target: ECS.ExpressGatewayScalingTarget, _ now: Timestamp) {
        let count = min(max(service.desiredCount, target.minTaskCount ?? 1), target.maxTaskCount ?? Int.max)
        guard count != service.desiredCount else { return }
        service.desiredCount = count
        service.isSteady = false
        service.changePrimary { $0.updatedAt = now }
    }

    /// The definition that is to run: the given one, a new revision of the one that ECS makes when the request changes
    /// it, or the one that runs.
    private func definition(
        _ input: ECS.UpdateExpressGatewayServiceRequest, _ service: ServiceRecord, _ primary: DeploymentState,
        _ call: Call, _ tx: inout Transaction, _ now: Timestamp
    ) throws(WireError) -> TaskDefinitionRecord {
        let request = ExpressTaskDefinition.Request(
            primaryContainer: input.primaryContainer, executionRoleARN: input.executionRoleArn,
            taskRoleARN: input.taskRoleArn, cpu: input.cpu, memory: input.memory, architecture: input.cpuArchitecture,
            taskDefinitionARN: input.taskDefinitionArn)
        if let text = request.taskDefinitionARN {
            return try ExpressTaskDefinition.given(text, request, tx.snapshot)
        }
        guard let current = tx.get(TaskDefinitionRecord.key(primary.family, primary.revision)) else {
            throw .client("TaskDefinition not found.")
        }
        guard request.hasMembers else { return current }
        let maker = ExpressTaskDefinition(cluster: service.cluster, service: service.name)
        let registration = try maker.registration(request, over: current, tx.realm)
        return try RegisterTaskDefinition().register(registration, by: call.caller, &tx, at: now)
    }
}
