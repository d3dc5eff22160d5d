import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// Tells a task to stop. The answer comes at once; the agent does the rest.
/// Source: Amazon ECS API Reference, StopTask.
struct StopTask: Operation {
    static let model = ECS.Operations.stopTask
    /// Source: Amazon ECS API Reference, StopTask (reason).
    static let maximumReasonLength = 1_024

    func access(_ input: ECS.StopTaskRequest, _ call: Call, _ tx: Transaction) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        let id = try member(input.task, "task", of: cluster, tx.realm)
        return [AccessRequest("ecs:StopTask", tx.realm.ecs("task/\(cluster)/\(id)"))]
    }

    func perform(
        _ input: ECS.StopTaskRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.StopTaskResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        let id = try member(input.task, "task", of: cluster, tx.realm)
        guard var task = tx.get(TaskRecord.key(cluster, id)) else {
            throw .invalidParameter("The referenced task was not found.")
        }
        guard input.reason?.utf8.count ?? 0 <= StopTask.maximumReasonLength else {
            throw .invalidParameter("The reason is longer than \(StopTask.maximumReasonLength) characters.")
        }
        let status = task.lastStatus
        let reason = input.reason.flatMap { $0.isEmpty ? nil : $0 } ?? "Task stopped by user"
        // A task that is stopping or stopped is answered unchanged.
        if task.requestStop(.userInitiated, reason, at: context.now) {
            tx.store(task, was: status, at: context.now)
        }
        return ECS.StopTaskResponse(task: ECS.Task(task, in: tx.snapshot, includesTags: true))
    }
}
