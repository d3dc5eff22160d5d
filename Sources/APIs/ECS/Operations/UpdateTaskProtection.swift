import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// Protects up to 10 tasks of services from scale-in and deployments for a time, or ends their protection. Protecting
/// a protected task begins its time anew.
/// Source: Amazon ECS API Reference, UpdateTaskProtection.
struct UpdateTaskProtection: Operation {
    static let model = ECS.Operations.updateTaskProtection
    static let maximumTasks = 10

    func access(
        _ input: ECS.UpdateTaskProtectionRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return TaskProtectionReference.access("ecs:UpdateTaskProtection", input.tasks, cluster, tx.realm)
    }

    func perform(
        _ input: ECS.UpdateTaskProtectionRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.UpdateTaskProtectionResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        try Lists.check("Tasks", input.tasks.count, maximum: UpdateTaskProtection.maximumTasks)
        let end = try end(input, context.now)
        var tasks: [ECS.ProtectedTask] = []
        var failures: [ECS.Failure] = []
        for text in input.tasks {
            switch try find(text, cluster, isProtecting: end != nil, tx.snapshot) {
            case .success(var task):
                if task.protectedUntil != end {
                    task.protectedUntil = end
                    tx.put(task)
                }
                tasks.append(ECS.ProtectedTask(task, tx.realm))
            case .failure(let refusal): failures.append(refusal.failure)
            }
        }
        return ECS.UpdateTaskProtectionResponse(protectedTasks: tasks, failures: failures)
    }

    /// When the protection ends; nil to end it now.
    private func end(_ input: ECS.UpdateTaskProtectionRequest, _ now: Timestamp) throws(WireError) -> Timestamp? {
        let minutes = input.expiresInMinutes ?? TaskProtection.defaultMinutes
        guard TaskProtection.minutes.contains(minutes) else {
            throw .invalidParameter(
                "expiresInMinutes must be between \(TaskProtection.minutes.lowerBound) and "
                    + "\(TaskProtection.minutes.upperBound).")
        }
        return input.protectionEnabled ? now.advanced(by: .seconds(Int64(minutes) * 60)) : nil
    }

    /// The task meant; a task that is to be protected must be able to stay.
    private func find(
        _ text: String, _ cluster: String, isProtecting: Bool, _ snapshot: Snapshot
    ) throws(WireError) -> Result<TaskRecord, ProtectionRefusal> {
        let found = try TaskProtectionReference.find(text, cluster, snapshot)
        guard isProtecting, case .success(let task) = found else { return found }
        let arn = task.arn(snapshot.realm)
        guard task.desiredStatus == .running else {
            return .failure(ProtectionRefusal(arn, "TASK_NOT_VALID", "The specified task is stopping."))
        }
        let service = task.service.flatMap { snapshot.get(ServiceRecord.key(cluster, $0)) }
        if let service, task.deployment != service.primary?.id,
            TaskProtection.blocksDeployment(of: service, snapshot)
        {
            return .failure(
                ProtectionRefusal(
                    arn, "DEPLOYMENT_BLOCKED",
                    "Protected tasks of earlier deployments keep the service from a steady state. Wait until their "
                        + "protection has ended and try again."))
        }
        return found
    }
}
