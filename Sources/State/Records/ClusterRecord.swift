import AWSModels
import AWSWire

/// A cluster: a name under which instances, tasks and services live.
package struct ClusterRecord: Record {
    package var name = ""
    /// `ACTIVE`, or `INACTIVE` once deleted: an inactive cluster is still described for a while, and its name is free.
    package var status = ClusterStatus.active
    package var createdAt = Timestamp(milliseconds: 0)
    /// When the cluster became inactive.
    package var deletedAt: Timestamp?
    package var settings: [ECS.ClusterSetting] = []
    package var configuration: ECS.ClusterConfiguration?
    package var capacityProviders: [String] = []
    package var defaultCapacityProviderStrategy: [ECS.CapacityProviderStrategyItem] = []
    package var serviceConnectDefaults: ECS.ClusterServiceConnectDefaults?
    package var tags: [ECS.Tag] = []

    package init() {}

    package static func key(_ name: String) -> Key<ClusterRecord> { Key(path: name) }
    package var key: Key<ClusterRecord> { ClusterRecord.key(name) }

    package static let indexes = [
        IndexDefinition<ClusterRecord>(.clusterByStatus) { "\($0.status.rawValue)/" }
    ]

    package static let fields = FieldTable<ClusterRecord>([
        .init("name", \.name),
        .init("status", \.status),
        .init("createdAt", \.createdAt),
        .init("deletedAt", \.deletedAt),
        .init("settings", \.settings),
        .init("configuration", \.configuration),
        .init("capacityProviders", \.capacityProviders),
        .init("defaultCapacityProviderStrategy", \.defaultCapacityProviderStrategy),
        .init("serviceConnectDefaults", \.serviceConnectDefaults),
        .init("tags", \.tags),
    ])
}

/// The life of a cluster.
package enum ClusterStatus: String, Sendable {
    case active = "ACTIVE"
    case inactive = "INACTIVE"
}
