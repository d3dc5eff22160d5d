import APIPipeline
import AWSModels
import AWSWire
import State

/// An agent reports network interfaces of its instance and volumes as attached; those of tasks come with the tasks'
/// states. No instance of this region has any of its own, so there is nothing to record.
/// Source: Amazon ECS API Reference, SubmitAttachmentStateChanges.
struct SubmitAttachmentStateChanges: Operation {
    static let model = ECS.Operations.submitAttachmentStateChanges

    func access(
        _ input: ECS.SubmitAttachmentStateChangesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:SubmitAttachmentStateChanges", "*")]
    }

    func perform(
        _ input: ECS.SubmitAttachmentStateChangesRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.SubmitAttachmentStateChangesResponse {
        _ = try ClusterReference.active(input.cluster, in: tx.snapshot)
        return ECS.SubmitAttachmentStateChangesResponse(acknowledgment: "ok")
    }
}
