import APIPipeline
import AWSModels
import AWSWire
import State

/// Replaces the capacity providers of a cluster and its default strategy. One that services or tasks use cannot be
/// left out; Managed Instances stay, whether or not they are named.
/// Source: Amazon ECS API Reference, PutClusterCapacityProviders.
struct PutClusterCapacityProviders: Operation {
    static let model = ECS.Operations.putClusterCapacityProviders

    func access(
        _ input: ECS.PutClusterCapacityProvidersRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [AccessRequest("ecs:PutClusterCapacityProviders", tx.realm.ecs("cluster/\(cluster)"))]
    }

    func perform(
        _ input: ECS.PutClusterCapacityProvidersRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.PutClusterCapacityProvidersResponse {
        let old = try ClusterReference.active(input.cluster, in: tx.snapshot)
        var cluster = old
        let wanted = input.capacityProviders + ownProviders(of: old, tx.snapshot)
        cluster.capacityProviders = try CapacityProviders.checked(wanted, for: old.name, in: tx.snapshot)
        for name in old.capacityProviders where !cluster.capacityProviders.contains(name) {
            guard !CapacityProviders.isUsed(name, in: old.name, tx.snapshot) else {
                throw .resourceInUse("The specified capacity provider is in use and cannot be removed.")
            }
        }
        cluster.defaultCapacityProviderStrategy = try CapacityProviderStrategies.checked(
            input.defaultCapacityProviderStrategy, associated: cluster.capacityProviders, in: tx.snapshot)
        if cluster != old { tx.put(cluster) }
        var shown = ECS.Cluster(cluster, in: tx.snapshot, including: [.settings, .tags, .attachments])
        // Clients wait for this, also after the last provider has left.
        shown.attachmentsStatus = "UPDATE_COMPLETE"
        return ECS.PutClusterCapacityProvidersResponse(cluster: shown)
    }

    /// The providers that belong to the cluster.
    private func ownProviders(of cluster: ClusterRecord, _ snapshot: Snapshot) -> [String] {
        cluster.capacityProviders.filter { snapshot.capacityProvider($0)?.cluster == cluster.name }
    }
}
