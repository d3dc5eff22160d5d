import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// Deletes a service: it drains at once, and is INACTIVE when its tasks are gone.
/// Source: Amazon ECS API Reference, DeleteService.
struct DeleteService: Operation {
    static let model = ECS.Operations.deleteService

    func access(
        _ input: ECS.DeleteServiceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [AccessRequest("ecs:DeleteService", try ServiceReference.arn(input.service, cluster, tx.realm))]
    }

    func perform(
        _ input: ECS.DeleteServiceRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.DeleteServiceResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        var service = try ServiceReference.find(input.service, cluster, tx.snapshot)
        guard service.status != .inactive else { throw .serviceNotFound("Service not found.") }
        let mustBeEmpty = service.schedulingStrategy == .replica && service.status == .active
        guard !mustBeEmpty || service.desiredCount == 0 || input.force ?? false else {
            throw .invalidParameter("The service cannot be stopped while it is scaled above 0.")
        }
        service.status = .draining
        service.desiredCount = 0
        service.isSteady = false
        tx.put(service)
        tx.removeRoutes(of: service)
        return ECS.DeleteServiceResponse(service: ECS.Service(service, in: tx.snapshot, includesTags: true))
    }
}
