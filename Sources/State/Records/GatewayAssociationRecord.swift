import AWSModels
import AWSWire

/// That the services of a cluster may use a gateway. It ends with its last route.
package struct GatewayAssociationRecord: Record {
    package var cluster = ""
    package var gateway = ""
    /// `ACTIVE` or `DISASSOCIATING`; what is over is removed.
    package var status = ECS.GatewayClusterAssociationStatus.active
    package var createdAt = Timestamp(milliseconds: 0)

    package init() {}

    package static func key(_ cluster: String, _ gateway: String) -> Key<GatewayAssociationRecord> {
        Key(path: cluster + "/" + gateway)
    }
    package var key: Key<GatewayAssociationRecord> { GatewayAssociationRecord.key(cluster, gateway) }

    package static let indexes = [
        IndexDefinition<GatewayAssociationRecord>(.associationByGateway) { "\($0.gateway)/" }
    ]

    package static let fields = FieldTable<GatewayAssociationRecord>([
        .init("cluster", \.cluster),
        .init("gateway", \.gateway),
        .init("status", \.status),
        .init("createdAt", \.createdAt),
    ])
}
