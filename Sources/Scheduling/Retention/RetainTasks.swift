import AWSModels
import AWSWire
import State

/// The stopped tasks that have been visible for their hour. Costs what it removes: the oldest come first.
package func retainTasks(_ snapshot: Snapshot, at now: Timestamp) -> Expired<TaskRecord> {
    var expired = Expired<TaskRecord>()
    snapshot.table(TaskRecord.self).forEach(.taskByStopTime, prefix: "") { task in
        guard let stoppedAt = task.stoppedAt else { return true }
        let hasRoom = expired.consider(task.key, until: stoppedAt.advanced(by: Retention.stoppedTask), at: now)
        return hasRoom && expired.wakeAt == nil
    }
    return expired
}

/// The client tokens that have expired. Costs what it removes: the oldest come first.
package func retainClientTokens(_ snapshot: Snapshot, at now: Timestamp) -> Expired<ClientTokenRecord> {
    var expired = Expired<ClientTokenRecord>()
    snapshot.table(ClientTokenRecord.self).forEach(.tokenByExpiry, prefix: "") { token in
        expired.consider(token.key, until: token.expiresAt, at: now) && expired.wakeAt == nil
    }
    return expired
}

/// The sessions of ExecuteCommand that nobody used in time, or that ended a while ago. Costs what it removes: the
/// oldest come first.
package func retainExecuteSessions(_ snapshot: Snapshot, at now: Timestamp) -> Expired<ExecuteSessionRecord> {
    var expired = Expired<ExecuteSessionRecord>()
    snapshot.table(ExecuteSessionRecord.self).forEach(.executeSessionByExpiry, prefix: "") { session in
        guard let end = session.expiresAt else { return true }
        return expired.consider(session.key, until: end, at: now) && expired.wakeAt == nil
    }
    return expired
}
