import APIPipeline
import AWSModels
import AWSWire
import State

/// A task of a service as the protection calls name it.
enum TaskProtectionReference {
    /// What a caller needs to be allowed: the action on each of the tasks; on all of the cluster when none is named.
    /// Source: Service Authorization Reference, Actions, resources, and condition keys for Amazon ECS.
    static func access(
        _ action: String, _ tasks: [String], _ cluster: String, _ realm: Realm
    ) -> [AccessRequest] {
        let ids = tasks.isEmpty ? ["*"] : tasks.map { $0.split(separator: "/").last.map(String.init) ?? "" }
        return ids.map { AccessRequest(action, realm.ecs("task/\(cluster)/\($0)")) }
    }

    /// The task meant, or the failure to answer with.
    /// Source: Amazon ECS Developer Guide, API failure reasons.
    static func find(
        _ text: String, _ cluster: String, _ snapshot: Snapshot
    ) throws(WireError) -> Result<TaskRecord, ProtectionRefusal> {
        let id = try member(text, "task", of: cluster, snapshot.realm)
        let arn = snapshot.realm.ecs("task/\(cluster)/\(id)")
        guard let task = snapshot.get(TaskRecord.key(cluster, id)), task.lastStatus != .stopped else {
            return .failure(ProtectionRefusal(failure: missing(arn)))
        }
        guard task.service != nil else {
            return .failure(
                ProtectionRefusal(arn, "TASK_NOT_VALID", "The specified task is not part of an Amazon ECS service."))
        }
        return .success(task)
    }
}

/// Why a task is not answered for.
struct ProtectionRefusal: Error {
    var failure: ECS.Failure

    init(failure: ECS.Failure) { self.failure = failure }

    init(_ arn: String, _ reason: String, _ detail: String) {
        failure = ECS.Failure(arn: arn, reason: reason, detail: detail)
    }
}

extension ECS.ProtectedTask {
    /// The protection of a task as the API shows it.
    init(_ task: TaskRecord, _ realm: Realm) {
        self.init(
            taskArn: task.arn(realm), protectionEnabled: task.protectedUntil != nil,
            expirationDate: task.protectedUntil)
    }
}
