import AWSModels
import State

/// The ACTIVE gateways of a cluster with an ingress path that a connector takes, in order of their names.
///
/// A connector names no gateway: it takes the paths of all that are associated with the cluster, or those with the
/// access types that its filter lists.
/// Source: Amazon ECS API Reference, GatewayConnector and GatewayConnectorFilters.
package func gateways(
    for connector: ECS.GatewayConnector, in cluster: String, _ snapshot: Snapshot
) -> [GatewayRecord] {
    let types = connector.filters?.accessTypes ?? []
    return snapshot.list(GatewayAssociationRecord.self, prefix: "\(cluster)/").filter { $0.status == .active }
        .compactMap { snapshot.get(GatewayRecord.key($0.gateway)) }
        .filter { types.isEmpty || types.contains($0.accessType) }
}

/// Whether tasks may still get traffic by a route that is to go: older deployments have it until their tasks are gone.
package func isInUse(_ route: GatewayRouteRecord, _ snapshot: Snapshot) -> Bool {
    guard let service = snapshot.get(ServiceRecord.key(route.cluster, route.service)) else { return false }
    switch service.status {
    case .active: return service.deployments.count > 1
    case .draining: return true
    case .inactive: return false
    }
}
