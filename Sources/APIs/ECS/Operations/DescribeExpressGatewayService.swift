import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows an Express service with the configurations of its deployments.
/// Source: Amazon ECS API Reference, DescribeExpressGatewayService.
struct DescribeExpressGatewayService: ReadOperation {
    static let model = ECS.Operations.describeExpressGatewayService

    func access(
        _ input: ECS.DescribeExpressGatewayServiceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:DescribeExpressGatewayService", input.serviceArn)]
    }

    func read(
        _ input: ECS.DescribeExpressGatewayServiceRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeExpressGatewayServiceResponse {
        let service = try ExpressRules.find(
            input.serviceArn, in: snapshot, orThrow: .resourceNotFound("The Express service was not found."))
        return ECS.DescribeExpressGatewayServiceResponse(
            service: ECS.ECSExpressGatewayService(
                service, in: snapshot, includesTags: input.include?.contains(.tags) ?? false))
    }
}
