import APIPipeline
import AWSModels
import AWSWire
import State

/// Creates a cluster. A name that is ACTIVE already answers with the cluster that has it; an INACTIVE one is free.
/// Source: Amazon ECS API Reference, CreateCluster.
struct CreateCluster: Operation {
    static let model = ECS.Operations.createCluster

    func access(
        _ input: ECS.CreateClusterRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:CreateCluster", "*")]
            + taggingAccess(input.tags, tx.realm.ecs("cluster/\(try name(input.clusterName))"), call, tx)
    }

    func perform(
        _ input: ECS.CreateClusterRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.CreateClusterResponse {
        let new = try cluster(input, call.caller, tx.snapshot, context.now)
        if let existing = tx.get(new.key), existing.status == .active { return answer(existing, tx.snapshot) }
        tx.put(new)
        return answer(new, tx.snapshot)
    }

    private func cluster(
        _ input: ECS.CreateClusterRequest, _ caller: Caller, _ snapshot: Snapshot, _ now: Timestamp
    ) throws(WireError) -> ClusterRecord {
        var cluster = ClusterRecord()
        cluster.name = try name(input.clusterName)
        cluster.createdAt = now
        cluster.settings =
            try ClusterSettings.checked(input.settings) ?? ClusterSettings.defaults(for: caller, snapshot)
        cluster.configuration = try ClusterSettings.checked(input.configuration)
        cluster.capacityProviders = try CapacityProviders.checked(
            input.capacityProviders, for: cluster.name, in: snapshot)
        cluster.defaultCapacityProviderStrategy = try CapacityProviderStrategies.checked(
            input.defaultCapacityProviderStrategy, associated: cluster.capacityProviders, in: snapshot)
        cluster.serviceConnectDefaults = ClusterSettings.serviceConnectDefaults(input.serviceConnectDefaults)
        cluster.tags = try Tags.checked(input.tags)
        return cluster
    }

    private func name(_ name: String?) throws(WireError) -> String {
        guard let name, !name.isEmpty else { return "default" }
        guard Names.isName(name) else { throw .invalidParameter("Invalid cluster name: \(name)") }
        return name
    }

    /// Observed: the answer holds settings, configuration and tags without being asked.
    private func answer(_ cluster: ClusterRecord, _ snapshot: Snapshot) -> ECS.CreateClusterResponse {
        ECS.CreateClusterResponse(
            cluster: ECS.Cluster(cluster, in: snapshot, including: [.settings, .configurations, .tags]))
    }
}
