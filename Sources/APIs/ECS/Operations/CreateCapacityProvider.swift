import APIPipeline
import AWSModels
import AWSWire
import State

/// Creates a capacity provider of an Auto Scaling group, or of Managed Instances for one cluster, which has it then.
/// The name of a deleted one is free.
/// Source: Amazon ECS API Reference, CreateCapacityProvider.
/// Seam: managed scaling: no instance is brought or taken; instances join with
///   `roost agent --capacity-provider`.
struct CreateCapacityProvider: Operation {
    static let model = ECS.Operations.createCapacityProvider
    private static let reservedPrefixes = ["aws", "ecs", "fargate"]

    func access(
        _ input: ECS.CreateCapacityProviderRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let arn = tx.realm.ecs("capacity-provider/\(input.name)")
        return [AccessRequest("ecs:CreateCapacityProvider", arn)] + taggingAccess(input.tags, arn, call, tx)
    }

    func perform(
        _ input: ECS.CreateCapacityProviderRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.CreateCapacityProviderResponse {
        var provider = CapacityProviderRecord()
        provider.name = try name(input.name)
        if let existing = tx.get(provider.key), existing.status != .inactive {
            throw .client(
                "The specified capacity provider already exists. To change the configuration of an existing capacity "
                    + "provider, update the capacity provider.")
        }
        provider.createdAt = context.now
        provider.tags = try Tags.checked(input.tags)
        switch (input.autoScalingGroupProvider, input.managedInstancesProvider) {
        case (let group?, nil): try fill(&provider, group, input.cluster, tx.snapshot)
        case (nil, let instances?): try fill(&provider, instances, input.cluster, &tx)
        default:
            throw .invalidParameter("Specify exactly one of autoScalingGroupProvider and managedInstancesProvider.")
        }
        tx.put(provider)
        return ECS.CreateCapacityProviderResponse(
            capacityProvider: ECS.CapacityProvider(provider, tx.realm, includesTags: true))
    }

    private func name(_ name: String) throws(WireError) -> String {
        let isReserved = CreateCapacityProvider.reservedPrefixes.contains { name.lowercased().hasPrefix($0) }
        guard Names.isName(name), !isReserved else {
            throw .invalidParameter(
                "The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters "
                    + "(upper and lowercase), numbers, underscores, and hyphens. The name can't be prefixed with "
                    + "\"aws\", \"ecs\", or \"fargate\". Specify a valid name and try again.")
        }
        return name
    }

    private func fill(
        _ provider: inout CapacityProviderRecord, _ group: ECS.AutoScalingGroupProvider, _ cluster: String?,
        _ snapshot: Snapshot
    ) throws(WireError) {
        guard cluster == nil else {
            throw .invalidParameter(
                "A cluster can only be specified for a capacity provider of Amazon ECS Managed Instances. Associate "
                    + "this one with PutClusterCapacityProviders.")
        }
        provider.type = .ec2Autoscaling
        provider.autoScalingGroupProvider = try AutoScalingGroupProviders.checked(
            group, for: provider.name, in: snapshot)
    }

    private func fill(
        _ provider: inout CapacityProviderRecord, _ instances: ECS.CreateManagedInstancesProviderConfiguration,
        _ reference: String?, _ tx: inout Transaction
    ) throws(WireError) {
        guard let reference, !reference.isEmpty else {
            throw .invalidParameter("A capacity provider of Amazon ECS Managed Instances must specify a cluster.")
        }
        var cluster = try ClusterReference.active(reference, in: tx.snapshot)
        guard cluster.capacityProviders.count < CapacityProviders.maximumPerCluster else {
            throw .limitExceeded("The maximum number of capacity providers per cluster has been exceeded.")
        }
        provider.type = .managedInstances
        provider.cluster = cluster.name
        provider.updateStatus = .createComplete
        provider.managedInstancesProvider = try ManagedInstancesProviders.checked(instances)
        cluster.capacityProviders.append(provider.name)
        tx.put(cluster)
    }
}
