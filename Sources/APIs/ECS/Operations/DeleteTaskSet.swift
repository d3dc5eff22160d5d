import APIPipeline
import AWSModels
import AWSWire
import State

/// Deletes a task set: it drains, and is gone when its tasks are.
/// Source: Amazon ECS API Reference, DeleteTaskSet.
struct DeleteTaskSet: Operation {
    static let model = ECS.Operations.deleteTaskSet

    func access(
        _ input: ECS.DeleteTaskSetRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let resource = try TaskSetReference.accessResource(input.taskSet, input.service, input.cluster, tx.realm)
        return [AccessRequest("ecs:DeleteTaskSet", resource)]
    }

    func perform(
        _ input: ECS.DeleteTaskSetRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.DeleteTaskSetResponse {
        let service = try TaskSetReference.service(input.service, input.cluster, tx.snapshot)
        var set = try TaskSetReference.find(input.taskSet, service, tx.snapshot)
        let count = set.status == .draining ? 0 : set.computedCount(of: service.desiredCount)
        guard count == 0 || input.force ?? false else {
            throw .invalidParameter(
                "The task set \(set.id) cannot be deleted while it is scaled above 0. Scale it to 0 or use force.")
        }
        if set.status != .draining {
            set.status = .draining
            set.updatedAt = context.now
            tx.put(set)
        }
        return ECS.DeleteTaskSetResponse(
            taskSet: ECS.TaskSet(set, of: service, in: tx.snapshot, includesTags: true))
    }
}
