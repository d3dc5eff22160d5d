import AWSModels
import AWSWire

/// A gateway: how traffic from outside comes to the services of the clusters that are associated with it.
package struct GatewayRecord: Record {
    /// Unique in the account.
    package var name = ""
    package var status = ECS.GatewayStatus.active
    package var statusReason: String?
    package var failures: [ECS.GatewayResourceFailure] = []
    package var createdAt = Timestamp(milliseconds: 0)
    package var updatedAt = Timestamp(milliseconds: 0)
    package var infrastructureRoleARN = ""
    /// A protected gateway cannot be deleted.
    package var deletionProtection = true
    package var propagateTags = ECS.PropagateGatewayTags.gateway
    /// One variant with its defaults filled in; the variant is the gateway's type and stays.
    package var configuration = ECS.GatewayConfiguration()
    package var tags: [ECS.Tag] = []

    package init() {}

    package static func key(_ name: String) -> Key<GatewayRecord> { Key(path: name) }
    package var key: Key<GatewayRecord> { GatewayRecord.key(name) }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { GatewayRecord.arn(name, realm) }

    /// The ARN of a gateway by its name.
    package static func arn(_ name: String, _ realm: Realm) -> String { realm.ecs("gateway/\(name)") }

    /// Whether its ingress paths are open to the internet: what its load balancers' scheme says.
    /// Source: Amazon ECS API Reference, Gateway (accessType).
    package var accessType: ECS.AccessType {
        configuration.hostSharedAlb?.scheme == .internal ? .private : .public
    }

    package static let fields = FieldTable<GatewayRecord>([
        .init("name", \.name),
        .init("status", \.status),
        .init("statusReason", \.statusReason),
        .init("failures", \.failures),
        .init("createdAt", \.createdAt),
        .init("updatedAt", \.updatedAt),
        .init("infrastructureRoleARN", \.infrastructureRoleARN),
        .init("deletionProtection", \.deletionProtection),
        .init("propagateTags", \.propagateTags),
        .init("configuration", \.configuration),
        .init("tags", \.tags),
    ])
}
