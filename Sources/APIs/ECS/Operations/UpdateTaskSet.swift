import APIPipeline
import AWSModels
import AWSWire
import State

/// Changes the scale of a task set.
/// Source: Amazon ECS API Reference, UpdateTaskSet.
struct UpdateTaskSet: Operation {
    static let model = ECS.Operations.updateTaskSet

    func access(
        _ input: ECS.UpdateTaskSetRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let resource = try TaskSetReference.accessResource(input.taskSet, input.service, input.cluster, tx.realm)
        return [AccessRequest("ecs:UpdateTaskSet", resource)]
    }

    func perform(
        _ input: ECS.UpdateTaskSetRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.UpdateTaskSetResponse {
        let service = try TaskSetReference.service(input.service, input.cluster, tx.snapshot)
        var set = try TaskSetReference.find(input.taskSet, service, tx.snapshot)
        guard set.status != .draining else {
            throw .invalidParameter("The task set \(set.id) is DRAINING and cannot be scaled.")
        }
        if let scale = try TaskSetScale.checked(input.scale), scale != set.scale {
            set.scale = scale
            set.isStable = false
            set.stabilityChangedAt = context.now
            set.updatedAt = context.now
            tx.put(set)
        }
        return ECS.UpdateTaskSetResponse(
            taskSet: ECS.TaskSet(set, of: service, in: tx.snapshot, includesTags: true))
    }
}
