import APIPipeline
import AWSModels
import AWSWire
import State

/// Deletes a capacity provider: it is INACTIVE, still described for a while, and its name is free. One that a cluster
/// has stays ACTIVE, and says why in its update status: that is no error.
/// Source: Amazon ECS API Reference, DeleteCapacityProvider. Observed: DELETE_FAILED, and its words.
struct DeleteCapacityProvider: Operation {
    static let model = ECS.Operations.deleteCapacityProvider

    func access(
        _ input: ECS.DeleteCapacityProviderRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let arn = try CapacityProviderReference.arn(input.capacityProvider, tx.realm)
        return [AccessRequest("ecs:DeleteCapacityProvider", arn)]
    }

    func perform(
        _ input: ECS.DeleteCapacityProviderRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.DeleteCapacityProviderResponse {
        var provider = try CapacityProviderReference.changeable(
            input.capacityProvider, cluster: input.cluster, tx.snapshot)
        // Deleting an INACTIVE one again succeeds and changes nothing, so that a client may repeat itself.
        if provider.status == .active {
            if let reason = obstacle(to: provider, tx.snapshot) {
                provider.updateStatus = .deleteFailed
                provider.updateStatusReason = reason
            } else {
                leaveCluster(provider, &tx)
                provider.status = .inactive
                provider.updateStatus = .deleteComplete
                provider.updateStatusReason = nil
                provider.deletedAt = context.now
            }
            tx.put(provider)
        }
        return ECS.DeleteCapacityProviderResponse(
            capacityProvider: ECS.CapacityProvider(provider, tx.realm, includesTags: true))
    }

    /// Why the provider cannot go; nil when it can. Managed Instances leave their cluster with their provider.
    private func obstacle(to provider: CapacityProviderRecord, _ snapshot: Snapshot) -> String? {
        guard let cluster = provider.cluster.flatMap({ snapshot.get(ClusterRecord.key($0)) }) else {
            return CapacityProviders.clusters(with: provider.name, in: snapshot).first.map { name in
                "The capacity provider cannot be deleted because it is associated with cluster: \(name). Remove the "
                    + "capacity provider from the cluster and try again."
            }
        }
        if cluster.defaultCapacityProviderStrategy.contains(where: { $0.capacityProvider == provider.name }) {
            return "The capacity provider cannot be deleted because it is in the default capacity provider strategy of "
                + "cluster: \(cluster.name). Change the strategy and try again."
        }
        guard CapacityProviders.isUsed(provider.name, in: cluster.name, snapshot) else { return nil }
        return "The capacity provider cannot be deleted because services, daemons or tasks use it. Update or "
            + "delete them, stop the tasks and try again."
    }

    private func leaveCluster(_ provider: CapacityProviderRecord, _ tx: inout Transaction) {
        guard let cluster = provider.cluster else { return }
        tx.update(ClusterRecord.key(cluster)) { $0.capacityProviders.removeAll { $0 == provider.name } }
    }
}
