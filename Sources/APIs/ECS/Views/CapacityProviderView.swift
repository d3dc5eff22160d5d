import AWSModels
import State

extension ECS.CapacityProvider {
    /// A capacity provider as DescribeCapacityProviders shows it.
    /// - Parameter includesTags: whether the caller asked for tags.
    init(_ provider: CapacityProviderRecord, _ realm: Realm, includesTags: Bool) {
        self.init()
        capacityProviderArn = provider.arn(realm)
        name = provider.name
        cluster = provider.cluster
        status = provider.status
        autoScalingGroupProvider = provider.autoScalingGroupProvider
        managedInstancesProvider = provider.managedInstancesProvider
        updateStatus = provider.updateStatus
        updateStatusReason = provider.updateStatusReason
        tags = includesTags ? provider.tags : []
        type = provider.type
    }
}
