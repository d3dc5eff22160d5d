import AWSModels
import AWSWire
import State

/// Whether a deployment of `service` that began now would have other routes than there are.
package func areRoutesOutdated(of service: ServiceRecord, _ snapshot: Snapshot) -> Bool {
    let current = routes(of: service, snapshot).filter { $0.status != .deleteInProgress }
    return current.map(\.gateway) != wantedGateways(of: service, snapshot).map(\.name)
}

extension Transaction {
    /// Makes the gateway routes that the deployment which begins now has, and lets the others go. They change with
    /// deployments only: associating and disassociating gateways takes effect when the services are deployed again.
    /// Source: Amazon ECS API Reference, AssociateGatewayWithCluster and DisassociateGatewayFromCluster.
    mutating func settleRoutes(of service: ServiceRecord, at now: Timestamp) {
        let wanted = wantedGateways(of: service, snapshot)
        for route in routes(of: service, snapshot) where !wanted.contains(where: { $0.name == route.gateway }) {
            update(route.key) { $0.status = .deleteInProgress }
        }
        guard let connector = service.settings.gatewayConnectors.first else { return }
        for gateway in wanted { connect(gateway, to: service, connector, at: now) }
    }

    /// Lets all gateway routes of a service that is deleted go.
    package mutating func removeRoutes(of service: ServiceRecord) {
        for route in routes(of: service, snapshot) { update(route.key) { $0.status = .deleteInProgress } }
    }

    /// A route whose port changes is made anew behind the same URL, and so is one that was about to go.
    private mutating func connect(
        _ gateway: GatewayRecord, to service: ServiceRecord, _ connector: ECS.GatewayConnector, at now: Timestamp
    ) {
        let key = GatewayRouteRecord.key(gateway.name, service.cluster, service.name)
        var route = get(key) ?? GatewayRouteRecord()
        let isNew = route.gateway.isEmpty || route.status == .deleteInProgress
        guard isNew || route.portName != connector.portName else { return }
        if isNew { route.createdAt = now }
        route.status = isNew || route.status == .createInProgress ? .createInProgress : .updateInProgress
        route.gateway = gateway.name
        route.cluster = service.cluster
        route.service = service.name
        route.portName = connector.portName
        put(route)
    }
}

private func wantedGateways(of service: ServiceRecord, _ snapshot: Snapshot) -> [GatewayRecord] {
    guard let connector = service.settings.gatewayConnectors.first else { return [] }
    return gateways(for: connector, in: service.cluster, snapshot)
}

/// In order of the gateways' names.
private func routes(of service: ServiceRecord, _ snapshot: Snapshot) -> [GatewayRouteRecord] {
    snapshot.list(GatewayRouteRecord.self, .routeByService, prefix: "\(service.cluster)/\(service.name)/")
}
