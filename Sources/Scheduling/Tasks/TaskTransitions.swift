import AWSModels
import AWSWire
import State

/// The steps of a task's life. Every change of `desiredStatus` and `lastStatus` goes through here, so that a status
/// never goes back and the first cause of a stop stays.
/// Source: Amazon ECS Developer Guide, Task lifecycle.
extension TaskRecord {
    /// Tells the task to stop. A task that was told before keeps its cause. One that is nowhere yet is STOPPED at once;
    /// one with targets is DEACTIVATING, and its agent hears of it when they have drained.
    /// - Returns: whether anything changed.
    @discardableResult
    package mutating func requestStop(_ code: ECS.TaskStopCode, _ reason: String, at now: Timestamp) -> Bool {
        guard desiredStatus == .running, lastStatus != .stopped else { return false }
        let isNowhere = awaitsCapacity
        desiredStatus = .stopped
        protectedUntil = nil
        stopCode = code
        stoppedReason = reason
        stoppingAt = now
        version += 1
        if isNowhere { advance(to: .stopped, at: now) }
        if !targets.isEmpty { advance(to: .deactivating, at: now) }
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
        protectedUntil = nil
        stoppingAt = stoppingAt ?? now
        stoppedAt = now
        for index in containers.indices { containers[index].lastStatus = "STOPPED" }
    }
}
