import AWSModels
import State

/// What a service says of its tasks' targets, in ECS's words.
/// Source: Amazon ECS Developer Guide, Service event messages. Observed: the first three, and their order.
package enum TargetEvents {
    /// - Parameter group: the target group's ARN.
    package static func registered(_ count: Int, in group: String) -> String {
        "registered \(count) targets in (target-group \(group))"
    }

    package static func deregistered(_ count: Int, in group: String) -> String {
        "deregistered \(count) targets in (target-group \(group))"
    }

    package static func draining(_ tasks: Int) -> String { "has begun draining connections on \(tasks) tasks." }

    /// Why a task is stopped.
    static func stoppedReason(_ group: String) -> String { "Task failed ELB health checks in (target-group \(group))" }

    /// What is wrong with a task in one of its target groups.
    package static func failed(_ task: TaskRecord, _ failure: TargetFailure) -> String {
        let set = task.deployment ?? ""
        switch failure {
        case .unhealthy(let target, let reason):
            // An address says nothing that a reader could look up; an instance does.
            let instance = target.id.hasPrefix("i-") || target.id.hasPrefix("mi-") ? "(instance \(target.id)) " : ""
            return "\(instance)(port \(target.port)) is unhealthy in (target-group \(target.targetGroup)) "
                + "due to (reason \(reason))"
        case .noTarget(let target):
            return "task set (\(set)) (task \(task.id)) is not healthy in target-group (\(target.targetGroup)) "
                + "due to TARGET IS NOT FOUND"
        case .noGroup(let target):
            return "task set (\(set)) (task \(task.id)) is not healthy in target-group (\(target.targetGroup)) "
                + "due to TARGET GROUP IS NOT FOUND"
        }
    }
}
