import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// An agent reports what happened to one container.
/// Source: Amazon ECS API Reference, SubmitContainerStateChange.
struct SubmitContainerStateChange: Operation {
    static let model = ECS.Operations.submitContainerStateChange

    func access(
        _ input: ECS.SubmitContainerStateChangeRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:SubmitContainerStateChange", "*")]
    }

    func perform(
        _ input: ECS.SubmitContainerStateChangeRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.SubmitContainerStateChangeResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        let id = try member(input.task ?? "", "task", of: cluster, tx.realm)
        if let old = tx.get(TaskRecord.key(cluster, id)), old.lastStatus != .stopped {
            var task = old
            task.take([ContainerReport(input)])
            task.countContainers(since: old)
            if task != old { tx.store(task, was: old.lastStatus, at: context.now) }
        }
        return ECS.SubmitContainerStateChangeResponse(acknowledgment: "ok")
    }
}
