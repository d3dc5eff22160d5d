import APIPipeline
import AWSModels
import AWSWire
import State

/// Changes what is given of a capacity provider's configuration; instances that are there stay as they are.
/// Source: Amazon ECS API Reference, UpdateCapacityProvider.
struct UpdateCapacityProvider: Operation {
    static let model = ECS.Operations.updateCapacityProvider

    func access(
        _ input: ECS.UpdateCapacityProviderRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:UpdateCapacityProvider", try CapacityProviderReference.arn(input.name, tx.realm))]
    }

    func perform(
        _ input: ECS.UpdateCapacityProviderRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.UpdateCapacityProviderResponse {
        var provider = try CapacityProviderReference.changeable(input.name, cluster: input.cluster, tx.snapshot)
        guard provider.status == .active else {
            throw .client("The specified capacity provider is inactive. Specify an active one and try again.")
        }
        switch (input.autoScalingGroupProvider, input.managedInstancesProvider) {
        case (let update?, nil):
            guard let old = provider.autoScalingGroupProvider else { throw .otherKind("an Auto Scaling group") }
            provider.autoScalingGroupProvider = try AutoScalingGroupProviders.updated(old, with: update)
            try checkClusters(provider, tx.snapshot)
        case (nil, let update?):
            guard let old = provider.managedInstancesProvider else { throw .otherKind("Managed Instances") }
            provider.managedInstancesProvider = try ManagedInstancesProviders.updated(old, with: update)
        default:
            throw .invalidParameter("Specify exactly one of autoScalingGroupProvider and managedInstancesProvider.")
        }
        provider.updateStatus = .updateComplete
        provider.updateStatusReason = nil
        tx.put(provider)
        return ECS.UpdateCapacityProviderResponse(
            capacityProvider: ECS.CapacityProvider(provider, tx.realm, includesTags: true))
    }

    /// A group that is scaled belongs to one cluster.
    private func checkClusters(_ provider: CapacityProviderRecord, _ snapshot: Snapshot) throws(WireError) {
        guard provider.bringsInstances, CapacityProviders.clusters(with: provider.name, in: snapshot).count > 1 else {
            return
        }
        throw .invalidParameter(
            "Managed scaling cannot be enabled for a capacity provider that is associated with several clusters. "
                + "Remove it from all but one of them and try again.")
    }
}

extension WireError {
    fileprivate static func otherKind(_ kind: String) -> WireError {
        .invalidParameter("The specified capacity provider does not use \(kind).")
    }
}
