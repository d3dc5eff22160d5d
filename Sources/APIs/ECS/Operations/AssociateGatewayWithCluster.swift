import APIPipeline
import AWSModels
import AWSWire
import State

/// Lets the services of a cluster use a gateway; each takes it up when it is updated.
/// Source: Amazon ECS API Reference, AssociateGatewayWithCluster.
struct AssociateGatewayWithCluster: Operation {
    static let model = ECS.Operations.associateGatewayWithCluster
    /// Source: the same page.
    static let maximumGatewaysPerCluster = 5

    func access(
        _ input: ECS.AssociateGatewayWithClusterRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [
            AccessRequest("ecs:AssociateGatewayWithCluster", try GatewayReference.arn(input.gateway, tx.realm)),
            AccessRequest("ecs:AssociateGatewayWithCluster", tx.realm.ecs("cluster/\(cluster)")),
        ]
    }

    func perform(
        _ input: ECS.AssociateGatewayWithClusterRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.AssociateGatewayWithClusterResponse {
        let gateway = try GatewayReference.find(input.gateway, in: tx.snapshot)
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        let key = GatewayAssociationRecord.key(cluster, gateway.name)
        if tx.get(key) == nil { try checkRoom(cluster, tx.snapshot) }
        // One that is DISASSOCIATING is taken back; one that is ACTIVE stays as it is.
        if tx.get(key)?.status != .active {
            var association = GatewayAssociationRecord()
            association.cluster = cluster
            association.gateway = gateway.name
            association.createdAt = context.now
            tx.put(association)
        }
        return ECS.AssociateGatewayWithClusterResponse(
            gatewayArn: gateway.arn(tx.realm), clusterArn: tx.realm.ecs("cluster/\(cluster)"), status: .active)
    }

    /// One that is DISASSOCIATING counts: its routes are still there.
    private func checkRoom(_ cluster: String, _ snapshot: Snapshot) throws(WireError) {
        let count = snapshot.table(GatewayAssociationRecord.self).count(prefix: "\(cluster)/")
        let maximum = AssociateGatewayWithCluster.maximumGatewaysPerCluster
        guard count < maximum else {
            throw .client(
                "A cluster can be associated with up to \(maximum) gateways. Disassociate a gateway and try again.")
        }
    }
}
