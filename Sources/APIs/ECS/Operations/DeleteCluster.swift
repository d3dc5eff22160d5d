import APIPipeline
import AWSModels
import AWSWire
import State

/// Deletes an empty cluster: it is INACTIVE, still described for a while, and its name is free.
/// Source: Amazon ECS API Reference, DeleteCluster.
struct DeleteCluster: Operation {
    static let model = ECS.Operations.deleteCluster

    func access(
        _ input: ECS.DeleteClusterRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [AccessRequest("ecs:DeleteCluster", tx.realm.ecs("cluster/\(cluster)"))]
    }

    func perform(
        _ input: ECS.DeleteClusterRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.DeleteClusterResponse {
        let name = try ClusterReference.name(input.cluster, tx.realm)
        guard var cluster = tx.get(ClusterRecord.key(name)) else { throw .clusterNotFound("Cluster not found.") }
        // Deleting an INACTIVE cluster again succeeds and changes nothing, so that a client may repeat itself.
        if cluster.status == .active {
            try checkEmpty(name, tx.snapshot)
            cluster.status = .inactive
            cluster.deletedAt = context.now
            tx.put(cluster)
            // Gateways may be associated with a cluster without services; the next one of the name begins without.
            for association in tx.snapshot.list(GatewayAssociationRecord.self, prefix: "\(name)/") {
                tx.delete(association.key)
            }
        }
        return ECS.DeleteClusterResponse(cluster: ECS.Cluster(cluster, in: tx.snapshot, including: [.settings]))
    }

    private func checkEmpty(_ name: String, _ snapshot: Snapshot) throws(WireError) {
        let counts = ClusterCounts(name, in: snapshot)
        guard counts.instances == 0 else {
            throw .clusterContainsContainerInstances(
                "The Cluster cannot be deleted while Container Instances are active or draining.")
        }
        guard counts.activeServices == 0 else {
            throw .clusterContainsServices("The Cluster cannot be deleted while Services are active.")
        }
        guard snapshot.tally(of: name).liveTasks == 0 else {
            throw .clusterContainsTasks("The Cluster cannot be deleted while Tasks are active.")
        }
        let providers = snapshot.list(CapacityProviderRecord.self, .capacityProviderByStatus, prefix: "ACTIVE/")
        guard !providers.contains(where: { $0.cluster == name }) else {
            throw .clusterContainsCapacityProvider(
                "The Cluster cannot be deleted while Cluster Scoped Capacity Providers are attached to the cluster.")
        }
    }
}
