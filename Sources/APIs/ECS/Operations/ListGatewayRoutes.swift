import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists gateway routes, by gateway, cluster and service.
/// Source: Amazon ECS API Reference, ListGatewayRoutes.
struct ListGatewayRoutes: ReadOperation {
    static let model = ECS.Operations.listGatewayRoutes

    /// What a route must be to be listed; nil for any.
    private struct Filter {
        var gateway: String?
        var cluster: String?
        var service: String?
    }

    func access(
        _ input: ECS.ListGatewayRoutesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:ListGatewayRoutes", "*")]
    }

    func read(
        _ input: ECS.ListGatewayRoutesRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListGatewayRoutesResponse {
        let filter = try filter(input, snapshot)
        let statuses = input.status ?? []
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults)
        let table = snapshot.table(GatewayRouteRecord.self)
        let (routes, token) = paging.page { after, body in
            table.forEach(prefix: filter.gateway.map { "\($0)/" } ?? "", after: after) { route in
                let isWanted =
                    (filter.cluster ?? route.cluster) == route.cluster
                    && (filter.service ?? route.service) == route.service
                    && (input.serviceContainerPortName ?? route.portName) == route.portName
                guard isWanted, statuses.isEmpty || statuses.contains(route.status) else { return true }
                return body(route.key.path, ECS.GatewayRouteSummary(route, snapshot.realm))
            }
        }
        return ECS.ListGatewayRoutesResponse(gatewayRoutes: routes, nextToken: token)
    }

    /// A service's ARN says its cluster too, a name may be that of services in several clusters.
    private func filter(
        _ input: ECS.ListGatewayRoutesRequest, _ snapshot: Snapshot
    ) throws(WireError) -> Filter {
        var filter = Filter()
        if let text = input.gateway { filter.gateway = try GatewayReference.find(text, in: snapshot).name }
        if let text = input.cluster { filter.cluster = try ClusterReference.name(text, snapshot.realm) }
        guard let text = input.service else { return filter }
        guard text.hasPrefix("arn:") else {
            filter.service = text
            return filter
        }
        let service = try ServiceReference.parts(ofARN: text, snapshot.realm)
        guard filter.cluster == nil || filter.cluster == service.cluster else {
            throw .invalidParameter(
                "Identifier is for cluster \(service.cluster). Your cluster is \(filter.cluster ?? "")")
        }
        filter.cluster = service.cluster
        filter.service = service.name
        return filter
    }
}
