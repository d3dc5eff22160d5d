import APIPipeline
import AWSModels
import AWSWire
import State

/// Deletes an Express service with all that was made for it: it drains at once, whatever its size.
/// Source: Amazon ECS API Reference, DeleteExpressGatewayService.
struct DeleteExpressGatewayService: Operation {
    static let model = ECS.Operations.deleteExpressGatewayService

    func access(
        _ input: ECS.DeleteExpressGatewayServiceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:DeleteExpressGatewayService", input.serviceArn)]
    }

    func perform(
        _ input: ECS.DeleteExpressGatewayServiceRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.DeleteExpressGatewayServiceResponse {
        let service = try ExpressRules.find(
            input.serviceArn, in: tx.snapshot, orThrow: .serviceNotFound("Service not found."))
        guard service.status == .active else { throw .serviceNotActive("Service was not ACTIVE.") }
        let request = ECS.DeleteServiceRequest(cluster: service.cluster, service: service.name, force: true)
        _ = try DeleteService().perform(request, call, &tx, &context)
        let deleted = tx.get(service.key) ?? service
        return ECS.DeleteExpressGatewayServiceResponse(
            service: ECS.ECSExpressGatewayService(deleted, in: tx.snapshot, includesTags: true))
    }
}
