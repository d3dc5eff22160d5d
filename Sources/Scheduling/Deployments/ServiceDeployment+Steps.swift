import AWSModels
import AWSWire
import State

/// The steps of a service deployment's life. Every change of its status goes through here.
/// Source: Amazon ECS Developer Guide, View service history using Amazon ECS service deployments.
extension ServiceDeploymentRecord {
    /// The scheduler works on it. Alarms that are in ALARM already are not listened to.
    package mutating func begin(firing: [String], at now: Timestamp) {
        guard status == .pending else { return }
        status = .inProgress
        startedAt = now
        updatedAt = now
        if alarms == .monitoring, !firing.isEmpty { alarms = .disabled }
    }

    /// Its revision, or the one it went back to, is there.
    package mutating func complete(tasks: Int, at now: Timestamp) {
        guard isOpen else { return }
        status = rollbackRevision == nil ? .successful : .rollbackSuccessful
        statusReason = nil
        finish(at: now)
        finishedAt = now
        finalTasks = tasks
    }

    /// It ends where it is.
    package mutating func stop(_ reason: String, at now: Timestamp) {
        guard isOpen else { return }
        status = rollbackRevision == nil ? .stopped : .rollbackFailed
        statusReason = reason
        finish(at: now)
        stoppedAt = now
    }

    /// It goes back to `revision`.
    package mutating func rollBack(to revision: String, _ failure: DeploymentFailure, at now: Timestamp) {
        guard isOpen else { return }
        status = .rollbackInProgress
        statusReason = failure.rolloutReason
        rollbackReason = failure.rolloutReason
        rollbackStartedAt = now
        rollbackRevision = revision
        productionTraffic = 0
        testTraffic = 0
        updatedAt = now
        note(failure)
    }

    /// Marks the monitor that saw the failure.
    package mutating func note(_ failure: DeploymentFailure) {
        switch failure {
        case .circuitBreaker: breaker = .triggered
        case .alarms(let names):
            alarms = .triggered
            triggeredAlarms = names
        default: break
        }
    }

    private mutating func finish(at now: Timestamp) {
        updatedAt = now
        if breaker == .monitoring { breaker = .monitoringComplete }
        if alarms == .monitoring { alarms = .monitoringComplete }
    }
}
