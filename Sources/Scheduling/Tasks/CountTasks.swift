import AWSModels
import AWSWire
import State

extension Transaction {
    /// Stores a task after a transition, deregisters its targets when it goes, and counts it with its deployment or
    /// task set: a task that stops without ever having been RUNNING, or before it counted as healthy, is a failure; one
    /// that never ran makes the next wait.
    /// Source: Amazon ECS API Reference, Deployment.failedTasks; Developer Guide, Service throttle logic. Observed:
    /// tasks that ran for a moment trip the circuit breaker too.
    package mutating func store(_ task: TaskRecord, was old: TaskStatus, at now: Timestamp) {
        put(task)
        defer { if task.lastStatus >= .deactivating { deregisterTargets(of: task, at: now) } }
        if task.daemon != nil, task.lastStatus == .stopped, old != .stopped { noteEnd(ofDaemonTask: task, at: now) }
        guard task.lastStatus != old, let service = task.service, let deployment = task.deployment,
            let end = ending(of: task)
        else { return }
        let key = ServiceRecord.key(task.cluster, service)
        guard var record = get(key) else { return }
        if let index = record.deployments.firstIndex(where: { $0.id == deployment }) {
            if record.deployments[index].count(end, at: now) { put(record) }
        } else if let set = snapshot.taskSets(of: key).first(where: { $0.id == deployment }) {
            update(set.key) { $0.count(end, at: now) }
        }
    }

    /// What a task's new status says of its deployment; nil for nothing.
    private func ending(of task: TaskRecord) -> TaskEnding? {
        if task.lastStatus == .running { return .runs }
        guard task.lastStatus == .stopped else { return nil }
        if task.startedAt == nil { return task.stopCode == .taskFailedToStart ? .neverRan : nil }
        guard task.stopCode == .essentialContainerExited else { return nil }
        return wasHealthy(task) ? nil : .ranBriefly
    }

    private func wasHealthy(_ task: TaskRecord) -> Bool {
        if !task.targets.isEmpty { return snapshot.targetHealth(of: task) == .healthy }
        if let health = get(task.definitionKey).flatMap({ checkedHealth(of: task, $0.definition) }) {
            return health == .healthy
        }
        guard let startedAt = task.startedAt, let end = task.executionStoppedAt ?? task.stoppingAt else { return true }
        return startedAt.advanced(by: TaskView.settlingTime) <= end
    }
}

/// What became of a task that was started.
private enum TaskEnding {
    case runs
    case neverRan
    case ranBriefly
}

/// The longest wait between two tries.
/// Source: Amazon ECS Developer Guide, Service throttle logic.
private let maximumBackOffSeconds: Int64 = 27 * 60

/// One second after the first failure, then twice as long each time.
func backOff(after failures: Int) -> Duration {
    .seconds(min(maximumBackOffSeconds, Int64(1) << Int64(min(max(0, failures - 1), 20))))
}

extension DeploymentState {
    /// - Returns: whether anything changed.
    fileprivate mutating func count(_ ending: TaskEnding, at now: Timestamp) -> Bool {
        switch ending {
        case .runs:
            guard launchFailures > 0 || notBefore != nil else { return false }
            launchFailures = 0
            notBefore = nil
        case .neverRan:
            failedTasks += 1
            launchFailures += 1
            notBefore = now.advanced(by: backOff(after: launchFailures))
        case .ranBriefly: failedTasks += 1
        }
        return true
    }

    /// A task that failed its health checks, or found no place, is a failure as well.
    package mutating func countFailure() { failedTasks += 1 }
}

extension TaskSetRecord {
    fileprivate mutating func count(_ ending: TaskEnding, at now: Timestamp) {
        switch ending {
        case .runs: (launchFailures, notBefore) = (0, nil)
        case .neverRan:
            launchFailures += 1
            notBefore = now.advanced(by: backOff(after: launchFailures))
        case .ranBriefly: break
        }
    }
}
