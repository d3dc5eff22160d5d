import APIPipeline
import AWSModels
import AWSWire
import State

/// Deletes a gateway that is neither protected nor associated with a cluster. It is not known any more afterwards.
/// Source: Amazon ECS API Reference, DeleteGateway.
struct DeleteGateway: Operation {
    static let model = ECS.Operations.deleteGateway

    func access(
        _ input: ECS.DeleteGatewayRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:DeleteGateway", try GatewayReference.arn(input.gateway, tx.realm))]
    }

    func perform(
        _ input: ECS.DeleteGatewayRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.DeleteGatewayResponse {
        let gateway = try GatewayReference.find(input.gateway, in: tx.snapshot)
        guard !gateway.deletionProtection else {
            throw .client(
                "The gateway has deletion protection. Disable deletion protection with UpdateGateway and try again.")
        }
        let prefix = "\(gateway.name)/"
        guard tx.snapshot.count(GatewayAssociationRecord.self, .associationByGateway, prefix: prefix) == 0 else {
            throw .client(
                "The gateway is associated with clusters. Disassociate it from all clusters and try again.")
        }
        tx.delete(gateway.key)
        return ECS.DeleteGatewayResponse(gatewayArn: gateway.arn(tx.realm), name: gateway.name, status: .deleted)
    }
}
