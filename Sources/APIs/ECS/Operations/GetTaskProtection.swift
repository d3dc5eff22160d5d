import APIPipeline
import AWSModels
import AWSWire
import State

/// Says of up to 100 tasks of services whether they are protected, and until when.
/// Source: Amazon ECS API Reference, GetTaskProtection.
struct GetTaskProtection: ReadOperation {
    static let model = ECS.Operations.getTaskProtection
    static let maximumTasks = 100

    func access(
        _ input: ECS.GetTaskProtectionRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return TaskProtectionReference.access("ecs:GetTaskProtection", input.tasks ?? [], cluster, tx.realm)
    }

    func read(
        _ input: ECS.GetTaskProtectionRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.GetTaskProtectionResponse {
        let cluster = try ClusterReference.active(input.cluster, in: snapshot).name
        let references = input.tasks ?? []
        try Lists.check("Tasks", references.count, maximum: GetTaskProtection.maximumTasks)
        var tasks: [ECS.ProtectedTask] = []
        var failures: [ECS.Failure] = []
        for text in references {
            switch try TaskProtectionReference.find(text, cluster, snapshot) {
            case .success(let task): tasks.append(ECS.ProtectedTask(task, snapshot.realm))
            case .failure(let refusal): failures.append(refusal.failure)
            }
        }
        return ECS.GetTaskProtectionResponse(protectedTasks: tasks, failures: failures)
    }
}
