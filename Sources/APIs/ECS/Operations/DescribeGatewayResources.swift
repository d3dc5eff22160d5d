import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// Shows the load balancers that a gateway has made, with the routes that use each.
/// Source: Amazon ECS API Reference, DescribeGatewayResources.
struct DescribeGatewayResources: ReadOperation {
    static let model = ECS.Operations.describeGatewayResources

    func access(
        _ input: ECS.DescribeGatewayResourcesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:DescribeGatewayResources", try GatewayReference.arn(input.gateway, tx.realm))]
    }

    func read(
        _ input: ECS.DescribeGatewayResourcesRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeGatewayResourcesResponse {
        let gateway = try GatewayReference.find(input.gateway, in: snapshot)
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults, defaultLimit: 10, maximum: 20)
        let balancers = GatewayInfrastructure.loadBalancers(of: gateway)
        let (page, token) = paging.page { after, body in
            for balancer in balancers where (balancer.loadBalancerArn ?? "") > (after ?? "") {
                guard body(balancer.loadBalancerArn ?? "", balancer) else { return }
            }
        }
        return ECS.DescribeGatewayResourcesResponse(
            gatewayResources: ECS.GatewayResources(
                gatewayArn: gateway.arn(snapshot.realm),
                resources: ECS.GatewayInfrastructureResources(hostSharedAlb: page)),
            nextToken: token)
    }
}
