import APIPipeline
import AWSModels
import AWSWire
import State

/// Changes a gateway. Its load balancers take the change over one by one; the gateway controller says when they have.
/// Source: Amazon ECS API Reference, UpdateGateway.
struct UpdateGateway: Operation {
    static let model = ECS.Operations.updateGateway

    func access(
        _ input: ECS.UpdateGatewayRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:UpdateGateway", try GatewayReference.arn(input.gateway, tx.realm))]
            + [input.infrastructureRoleArn].compactMap(\.self).map { role in
                AccessRequest("iam:PassRole", tx.realm.role(role))
            }
    }

    func perform(
        _ input: ECS.UpdateGatewayRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.UpdateGatewayResponse {
        var gateway = try GatewayReference.find(input.gateway, in: tx.snapshot)
        guard gateway.status != .updateInProgress else {
            throw .client("The gateway is being updated. Wait until the update is complete and try again.")
        }
        if let role = input.infrastructureRoleArn { gateway.infrastructureRoleARN = try GatewayRules.role(role) }
        if let value = input.deletionProtection { gateway.deletionProtection = value }
        if let value = input.propagateTags { gateway.propagateTags = value }
        if let change = input.configuration {
            gateway.configuration = try GatewayRules.changed(gateway.configuration, by: change)
        }
        gateway.status = .updateInProgress
        gateway.statusReason = nil
        gateway.failures = []
        gateway.updatedAt = context.now
        tx.put(gateway)
        return ECS.UpdateGatewayResponse(
            gatewayArn: gateway.arn(tx.realm), name: gateway.name, status: gateway.status)
    }
}
