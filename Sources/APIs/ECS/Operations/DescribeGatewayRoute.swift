import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows a gateway route.
/// Source: Amazon ECS API Reference, DescribeGatewayRoute.
struct DescribeGatewayRoute: ReadOperation {
    static let model = ECS.Operations.describeGatewayRoute

    func access(
        _ input: ECS.DescribeGatewayRouteRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:DescribeGatewayRoute", input.gatewayRouteArn)]
    }

    func read(
        _ input: ECS.DescribeGatewayRouteRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeGatewayRouteResponse {
        let path = try resource(ofARN: input.gatewayRouteArn, "gateway-route", snapshot.realm)
        guard let route = snapshot.get(Key<GatewayRouteRecord>(path: path)) else {
            throw .resourceNotFound("The gateway route was not found. List the routes with ListGatewayRoutes.")
        }
        return ECS.DescribeGatewayRouteResponse(gatewayRoute: ECS.GatewayRoute(route, snapshot.realm))
    }
}
