import AWSModels
import AWSWire
import State

extension DaemonRecord {
    /// A task that ran this long ends the series of failures before it.
    static let soundRunTime: Duration = .seconds(60)

    /// Waits longer after each failure in a row.
    mutating func backOff(at now: Timestamp) {
        failedTasks += 1
        notBefore = now.advanced(by: Scheduling.backOff(after: failedTasks))
    }
}

extension Transaction {
    /// Takes in that a daemon's task is STOPPED. What the region stopped, or went with its instance, is no failure.
    mutating func noteEnd(ofDaemonTask task: TaskRecord, at now: Timestamp) {
        switch task.stopCode {
        case .taskFailedToStart?, .essentialContainerExited?:
            countFailure(ofDaemonTask: task, at: now)
            stopOthers(than: task, at: now)
        case .userInitiated?: stopOthers(than: task, at: now)
        default: break
        }
    }

    /// The next task waits, and a deployment under way counts the failure.
    private mutating func countFailure(ofDaemonTask task: TaskRecord, at now: Timestamp) {
        guard let name = task.daemon, var daemon = get(DaemonRecord.key(task.cluster, name)),
            daemon.status == .active
        else { return }
        if let startedAt = task.startedAt, now - startedAt >= DaemonRecord.soundRunTime { daemon.failedTasks = 0 }
        daemon.backOff(at: now)
        put(daemon)
        if var deployment = get(daemon.deploymentKey), deployment.isUnderWay {
            deployment.countFailure(of: task.daemonRevision)
            put(deployment)
        }
    }

    /// Stops the tasks that a critical daemon has left alone on its instance. One that never ran has left nobody.
    ///
    /// ECS drains and replaces such an instance. Here it gets its daemon back, and takes no tasks until then.
    /// Source: Amazon ECS API Reference, CreateDaemon (critical); Developer Guide, Daemon deployments.
    package mutating func stopOthers(than task: TaskRecord, at now: Timestamp) {
        guard let name = task.daemon, let revision = task.daemonRevision, task.startedAt != nil,
            get(DaemonRevisionRecord.key(task.cluster, name, revision))?.isCritical == true,
            let instance = task.instanceKey
        else { return }
        for var other in snapshot.liveTasks(on: instance) where other.daemon == nil {
            let status = other.lastStatus
            if other.requestStop(.infrastructureHealth, "Critical daemon \(name) stopped on the instance", at: now) {
                store(other, was: status, at: now)
            }
        }
    }
}
