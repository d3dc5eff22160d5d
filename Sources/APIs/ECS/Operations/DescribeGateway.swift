import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows a gateway.
/// Source: Amazon ECS API Reference, DescribeGateway.
struct DescribeGateway: ReadOperation {
    static let model = ECS.Operations.describeGateway

    func access(
        _ input: ECS.DescribeGatewayRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:DescribeGateway", try GatewayReference.arn(input.gateway, tx.realm))]
    }

    func read(
        _ input: ECS.DescribeGatewayRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeGatewayResponse {
        let gateway = try GatewayReference.find(input.gateway, in: snapshot)
        return ECS.DescribeGatewayResponse(gateway: ECS.Gateway(gateway, snapshot.realm))
    }
}
