import AWSModels
import AWSWire

/// The way from a gateway to a service: made when a deployment of a service with a gateway connector begins, removed
/// when the last deployment that used it is gone.
package struct GatewayRouteRecord: Record {
    package var gateway = ""
    package var cluster = ""
    package var service = ""
    /// The name of the port mapping that gets the traffic.
    package var portName = ""
    package var status = ECS.GatewayRouteStatus.createInProgress
    package var createdAt = Timestamp(milliseconds: 0)

    package init() {}

    package static func key(_ gateway: String, _ cluster: String, _ service: String) -> Key<GatewayRouteRecord> {
        Key(path: "\(gateway)/\(cluster)/\(service)")
    }
    package var key: Key<GatewayRouteRecord> { GatewayRouteRecord.key(gateway, cluster, service) }

    /// The ARN. Its form is not documented; this one names what the route connects.
    package func arn(_ realm: Realm) -> String { realm.ecs("gateway-route/\(gateway)/\(cluster)/\(service)") }

    package static let indexes = [
        IndexDefinition<GatewayRouteRecord>(.routeByService) { "\($0.cluster)/\($0.service)/" }
    ]

    package static let fields = FieldTable<GatewayRouteRecord>([
        .init("gateway", \.gateway),
        .init("cluster", \.cluster),
        .init("service", \.service),
        .init("portName", \.portName),
        .init("status", \.status),
        .init("createdAt", \.createdAt),
    ])
}
