import APIPipeline
import AWSModels
import AWSWire
import State

/// Ends the association of a gateway with a cluster. It is DISASSOCIATING until the services of the cluster have given
/// their routes up, each with its next deployment; then the gateway controller removes it.
/// Source: Amazon ECS API Reference, DisassociateGatewayFromCluster.
struct DisassociateGatewayFromCluster: Operation {
    static let model = ECS.Operations.disassociateGatewayFromCluster

    func access(
        _ input: ECS.DisassociateGatewayFromClusterRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [
            AccessRequest("ecs:DisassociateGatewayFromCluster", try GatewayReference.arn(input.gateway, tx.realm)),
            AccessRequest("ecs:DisassociateGatewayFromCluster", tx.realm.ecs("cluster/\(cluster)")),
        ]
    }

    func perform(
        _ input: ECS.DisassociateGatewayFromClusterRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.DisassociateGatewayFromClusterResponse {
        let gateway = try GatewayReference.find(input.gateway, in: tx.snapshot)
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        let key = GatewayAssociationRecord.key(cluster, gateway.name)
        guard let association = tx.update(key, { $0.status = .disassociating }) else {
            throw .resourceNotFound(
                "The gateway \(gateway.name) is not associated with the cluster \(cluster). Specify an associated "
                    + "gateway and try again.")
        }
        return ECS.DisassociateGatewayFromClusterResponse(
            gatewayArn: gateway.arn(tx.realm), clusterArn: tx.realm.ecs("cluster/\(cluster)"),
            status: association.status)
    }
}
