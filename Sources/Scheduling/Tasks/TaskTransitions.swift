import AWSModels
import AWSWire
import State

/// The steps of a task's life. Every change of `desiredStatus` and `lastStatus` goes through here, so that a status
/// never goes back and the first cause of a stop stays.
/// Source: Amazon ECS Developer Guide, Task lifecycle.
extension TaskRecord {
    /// Tells the task to stop. A task that was told before keeps its cause.
    /// - Returns: whether anything changed.
    @discardableResult
    package mutating func requestStop(_ code: ECS.TaskStopCode, _ reason: String, at now: Timestamp) -> Bool {
        guard desiredStatus == .running, lastStatus != .stopped else { return false }
        desiredStatus = .stopped
        stopCode = code
        stoppedReason = reason
        stoppingAt = now
        version += 1
        return true
    }

    /// Moves the task forward to `status`; a status that lies behind is ignored.
    /// - Returns: whether anything changed.
    @discardableResult
    package mutating func advance(to status: TaskStatus, at now: Timestamp) -> Bool {
        guard status > lastStatus else { return false }
        lastStatus = status
        version += 1
        if status == .running { startedAt = startedAt ?? now }
        if status == .stopped { finish(at: now) }
        return true
    }

    private mutating func finish(at now: Timestamp) {
        desiredStatus = .stopped
        stoppingAt = stoppingAt ?? now
        stoppedAt = now
        for index in containers.indices { containers[index].lastStatus = "STOPPED" }
    }
}

extension Transaction {
    /// Stores a task after a transition, and counts it with its deployment: a task that stops without ever having
    /// been RUNNING is a failure, one that reaches RUNNING ends the series.
    /// Source: Amazon ECS API Reference, Deployment.failedTasks.
    package mutating func store(_ task: TaskRecord, was old: TaskStatus, at now: Timestamp) {
        put(task)
        guard task.lastStatus != old, let service = task.service, let deployment = task.deployment else { return }
        let failed = task.lastStatus == .stopped && task.startedAt == nil && task.stopCode == .taskFailedToStart
        guard failed || task.lastStatus == .running else { return }
        let key = ServiceRecord.key(task.cluster, service)
        guard var record = get(key), let index = record.deployments.firstIndex(where: { $0.id == deployment }) else {
            return
        }
        if record.deployments[index].countTask(failed: failed, at: now) { put(record) }
    }
}

extension DeploymentState {
    /// The longest wait between two tries.
    /// Source: Amazon ECS Developer Guide, Service throttle logic.
    static let maximumBackOffSeconds: Int64 = 27 * 60

    /// - Returns: whether anything changed.
    fileprivate mutating func countTask(failed: Bool, at now: Timestamp) -> Bool {
        guard failed || failedTasks > 0 else { return false }
        failedTasks = failed ? failedTasks + 1 : 0
        notBefore = failed ? now.advanced(by: .seconds(backOffSeconds)) : nil
        return true
    }

    /// One second after the first failure, then twice as long each time.
    private var backOffSeconds: Int64 {
        min(DeploymentState.maximumBackOffSeconds, Int64(1) << Int64(min(failedTasks - 1, 20)))
    }
}
