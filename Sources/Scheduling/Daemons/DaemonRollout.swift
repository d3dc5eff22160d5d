import AWSModels
import AWSWire
import State

/// The deployment of a daemon: PENDING, IN_PROGRESS, and one of its ends; after failures STOP_REQUESTED until its tasks
/// have come to rest, and then the way back.
/// Source: Amazon ECS Developer Guide, Daemon deployments, and Daemon events (Deployment state change event types).
extension DaemonDecision {
    /// Starts a deployment that waits.
    mutating func begin(_ view: DaemonView, at now: Timestamp) {
        guard deployment.status == .pending else { return }
        // For daemons AWS gives no number; services have this one.
        deployment.start(threshold: CircuitBreaker.threshold(nil, desiredCount: view.instances.count), at: now)
    }

    /// Halts a deployment that has failed too often or set off an alarm; on the way back it ends.
    mutating func checkFailures(at now: Timestamp) {
        switch deployment.status {
        case .inProgress:
            if deployment.hasFailedTooOften {
                deployment.isCircuitBreakerTriggered = true
                halt("The deployment circuit breaker was triggered.")
            } else if let alarm = deployment.triggeredAlarmNames.first {
                halt("The CloudWatch alarm \(alarm) was triggered.")
            }
        case .rollbackInProgress where deployment.hasFailedTooOften:
            deployment.end(.rollbackFailed, "The tasks of the revision to roll back to fail, too.", at: now)
        default: break
        }
    }

    private mutating func halt(_ reason: String) {
        deployment.status = .stopRequested
        deployment.statusReason = reason
        deployment.step = []
        deployment.bakesUntil = nil
    }

    /// Back to the last revision that was deployed; without one the daemon stays as it is.
    mutating func turnBack(at now: Timestamp) {
        let reason = deployment.statusReason ?? ""
        daemon.failedTasks = 0
        daemon.notBefore = nil
        daemon.targetRevision = daemon.stableRevision
        guard let stable = daemon.stableRevision else {
            return deployment.stop("\(reason) There is no earlier revision to roll back to.", at: now)
        }
        deployment.status = .rollbackInProgress
        deployment.rollbackReason = reason
        deployment.rollbackStartedAt = now
        deployment.rollbackRevision = stable
    }

    /// Replaces the tasks of one step after the other, and ends the deployment when all instances are served.
    mutating func roll(_ view: DaemonView, _ target: DaemonRevisionRecord, at now: Timestamp) {
        let waiting = view.instances.filter { !$0.isServed && !(target.isCritical ? false : $0.obstacle != nil) }
        let unserved = Set(waiting.map(\.id))
        deployment.step = deployment.step.filter(unserved.contains)
        if deployment.step.isEmpty {
            let outdated = view.instances.filter { !$0.outdated.isEmpty }.map(\.id)
            deployment.step = Array(outdated.prefix(stepSize(of: view.instances.count)))
        }
        replace(view.instances.filter { deployment.step.contains($0.id) }.flatMap(\.outdated))
        if waiting.isEmpty { conclude(target, at: now) }
    }

    private func stepSize(of instances: Int) -> Int {
        max(1, Int(Double(instances) * (deployment.configuration.drainPercent ?? 0) / 100))
    }

    /// Source: Amazon ECS Developer Guide, Daemon deployments: the bake time follows the last instance.
    private mutating func conclude(_ target: DaemonRevisionRecord, at now: Timestamp) {
        guard deployment.status == .inProgress else {
            return deployment.end(.rollbackSuccessful, deployment.rollbackReason, at: now)
        }
        if let minutes = deployment.configuration.bakeTimeInMinutes, minutes > 0 {
            let end = deployment.bakesUntil ?? now.advanced(by: .seconds(60 * minutes))
            deployment.bakesUntil = end
            guard end <= now else { return wake(at: end) }
        }
        deployment.end(.successful, "Deployment completed successfully.", at: now)
        daemon.stableRevision = target.id
    }
}

extension DaemonDeploymentRecord {
    mutating func start(threshold: Int, at now: Timestamp) {
        status = .inProgress
        startedAt = now
        failureThreshold = threshold
    }

    mutating func end(_ status: ECS.DaemonDeploymentStatus, _ reason: String?, at now: Timestamp) {
        self.status = status
        statusReason = reason
        step = []
        bakesUntil = nil
        finishedAt = now
    }

    /// Ends the deployment before its end: it failed, or another one follows.
    package mutating func stop(_ reason: String, at now: Timestamp) {
        status = .stopped
        statusReason = reason
        step = []
        bakesUntil = nil
        stoppedAt = now
    }

    /// Whether the circuit breaker ends what is going on.
    var hasFailedTooOften: Bool {
        switch status {
        case .inProgress: failures >= failureThreshold
        case .rollbackInProgress: rollbackFailures >= failureThreshold
        default: false
        }
    }

    /// Counts a failed task, if it is of the revision that is being brought.
    mutating func countFailure(of revision: String?) {
        switch status {
        case .inProgress where revision == targetRevision: failures += 1
        case .rollbackInProgress where revision == rollbackRevision: rollbackFailures += 1
        default: break
        }
    }
}
