import APIPipeline
import AWSModels
import AWSWire
import State

/// Replaces the settings of a cluster.
/// Source: Amazon ECS API Reference, UpdateClusterSettings.
struct UpdateClusterSettings: Operation {
    static let model = ECS.Operations.updateClusterSettings

    func access(
        _ input: ECS.UpdateClusterSettingsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [AccessRequest("ecs:UpdateClusterSettings", tx.realm.ecs("cluster/\(cluster)"))]
    }

    func perform(
        _ input: ECS.UpdateClusterSettingsRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.UpdateClusterSettingsResponse {
        let old = try ClusterReference.active(input.cluster, in: tx.snapshot)
        var cluster = old
        guard let settings = try ClusterSettings.checked(input.settings) else {
            throw .invalidParameter("Settings cannot be empty.")
        }
        cluster.settings = settings
        if cluster != old { tx.put(cluster) }
        return ECS.UpdateClusterSettingsResponse(
            cluster: ECS.Cluster(cluster, in: tx.snapshot, including: [.settings, .tags]))
    }
}
