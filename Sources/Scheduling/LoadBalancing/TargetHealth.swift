import AWSModels
import AWSWire
import State

/// How a task does in its target groups.
package enum TargetHealth: Sendable, Equatable {
    /// Healthy in every group.
    case healthy
    /// Not registered yet, or not judged in some group.
    case undecided
    case failed(TargetFailure)
}

/// What is wrong with a task in one of its target groups.
package enum TargetFailure: Sendable, Equatable {
    /// Its health checks fail.
    case unhealthy(RegisteredTarget, reason: String)
    /// Somebody deregistered it.
    case noTarget(RegisteredTarget)
    /// The group was deleted.
    case noGroup(RegisteredTarget)

    /// The target group's ARN.
    package var targetGroup: String {
        switch self {
        case .unhealthy(let target, _), .noTarget(let target), .noGroup(let target): target.targetGroup
        }
    }

    /// Whether it is found at once, not by checks that take their time.
    var isMissing: Bool { if case .unhealthy = self { false } else { true } }
}

extension Snapshot {
    /// How a task does in the target groups it was registered in: the first failure counts.
    package func targetHealth(of task: TaskRecord) -> TargetHealth {
        guard !task.targets.isEmpty else { return .undecided }
        var isHealthy = true
        for target in task.targets {
            switch health(of: target, task) {
            case .healthy: continue
            case .undecided: isHealthy = false
            case .failed(let failure): return .failed(failure)
            }
        }
        return isHealthy ? .healthy : .undecided
    }

    private func health(of target: RegisteredTarget, _ task: TaskRecord) -> TargetHealth {
        let found = target.key(realm).flatMap { get($0) }
        guard let record = found, record.task == task.key.path, record.drainingSince == nil else {
            let isGroupThere = TargetGroupRecord.key(arn: target.targetGroup, realm).map { get($0) != nil } ?? false
            return .failed(isGroupThere ? .noTarget(target) : .noGroup(target))
        }
        // A group that no listener forwards to is not checked: what was known of its targets is old.
        guard isUsed(record.targetGroupKey) else { return .undecided }
        switch record.health.state {
        case .healthy: return .healthy
        case .unhealthy, .unhealthyDraining:
            return .failed(.unhealthy(target, reason: record.health.description ?? "Health checks failed"))
        // A group without health checks takes every target.
        case .unavailable: return .healthy
        case .initial, .unused, .draining: return .undecided
        }
    }
}
