import APIPipeline
import AWSModels
import AWSWire
import State

/// Replaces what is given of a cluster's settings, configuration and defaults.
/// Source: Amazon ECS API Reference, UpdateCluster.
struct UpdateCluster: Operation {
    static let model = ECS.Operations.updateCluster

    func access(
        _ input: ECS.UpdateClusterRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [AccessRequest("ecs:UpdateCluster", tx.realm.ecs("cluster/\(cluster)"))]
    }

    func perform(
        _ input: ECS.UpdateClusterRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.UpdateClusterResponse {
        let old = try ClusterReference.active(input.cluster, in: tx.snapshot)
        var cluster = old
        if let settings = try ClusterSettings.checked(input.settings) { cluster.settings = settings }
        if let configuration = try ClusterSettings.checked(input.configuration) {
            cluster.configuration = configuration
        }
        if input.serviceConnectDefaults != nil {
            cluster.serviceConnectDefaults = ClusterSettings.serviceConnectDefaults(input.serviceConnectDefaults)
        }
        if cluster != old { tx.put(cluster) }
        return ECS.UpdateClusterResponse(
            cluster: ECS.Cluster(cluster, in: tx.snapshot, including: [.settings, .configurations, .tags]))
    }
}
