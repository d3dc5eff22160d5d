import AWSModels
import AWSWire

/// A capacity provider: a named source of container instances that strategies share tasks out to.
///
/// `FARGATE` and `FARGATE_SPOT` exist always and are not stored: see `Snapshot.capacityProvider`.
package struct CapacityProviderRecord: Record {
    package var name = ""
    package var type = ECS.CapacityProviderType.ec2Autoscaling
    package var status = ECS.CapacityProviderStatus.active
    /// How the last change ended.
    package var updateStatus: ECS.CapacityProviderUpdateStatus?
    package var updateStatusReason: String?
    /// The one cluster it belongs to, for a provider of Managed Instances.
    package var cluster: String?
    /// Complete with its defaults.
    package var autoScalingGroupProvider: ECS.AutoScalingGroupProvider?
    /// Complete with its defaults.
    package var managedInstancesProvider: ECS.ManagedInstancesProvider?
    package var createdAt = Timestamp(milliseconds: 0)
    /// When the provider became inactive.
    package var deletedAt: Timestamp?
    package var tags: [ECS.Tag] = []

    package init() {}

    package static func key(_ name: String) -> Key<CapacityProviderRecord> { Key(path: name) }
    package var key: Key<CapacityProviderRecord> { CapacityProviderRecord.key(name) }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.ecs("capacity-provider/\(name)") }

    /// The launch type of the tasks it takes.
    package var launchType: ECS.LaunchType {
        switch type {
        case .fargate, .fargateSpot: .fargate
        case .managedInstances: .managedInstances
        case .ec2Autoscaling: .ec2
        }
    }

    /// Whether it is one of Fargate's.
    package var isFargate: Bool { type == .fargate || type == .fargateSpot }

    /// Whether instances come when tasks need them: then a task that finds no room waits in PROVISIONING.
    /// Source: Amazon ECS Developer Guide, Amazon ECS managed scaling.
    package var bringsInstances: Bool {
        type == .managedInstances || autoScalingGroupProvider?.managedScaling?.status == .enabled
    }

    package static let indexes = [
        IndexDefinition<CapacityProviderRecord>(.capacityProviderByStatus) { "\($0.status.rawValue)/" }
    ]

    package static let fields = FieldTable<CapacityProviderRecord>([
        .init("name", \.name),
        .init("type", \.type),
        .init("status", \.status),
        .init("updateStatus", \.updateStatus),
        .init("updateStatusReason", \.updateStatusReason),
        .init("cluster", \.cluster),
        .init("autoScalingGroupProvider", \.autoScalingGroupProvider),
        .init("managedInstancesProvider", \.managedInstancesProvider),
        .init("createdAt", \.createdAt),
        .init("deletedAt", \.deletedAt),
        .init("tags", \.tags),
    ])

    /// The providers every region has.
    /// Source: Amazon ECS Developer Guide, Fargate capacity providers.
    package static let predefined: [CapacityProviderRecord] = [
        ECS.CapacityProviderType.fargate, .fargateSpot,
    ].map { type in
        var provider = CapacityProviderRecord()
        provider.name = type.rawValue
        provider.type = type
        return provider
    }
}

extension Snapshot {
    /// The launch type of tasks that a strategy shares out; nil for an empty one.
    package func launchType(of strategy: [ECS.CapacityProviderStrategyItem]) -> ECS.LaunchType? {
        strategy.first.flatMap { capacityProvider($0.capacityProvider) }?.launchType
    }

    /// The capacity provider of that name, whatever its status; the predefined ones are always there.
    package func capacityProvider(_ name: String) -> CapacityProviderRecord? {
        CapacityProviderRecord.predefined.first { $0.name == name } ?? get(CapacityProviderRecord.key(name))
    }
}
