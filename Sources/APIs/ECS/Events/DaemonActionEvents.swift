import AWSWire
import State

/// ECS Daemon Service Action: a daemon's task that did not start.
///
/// To ECS a task that was never healthy did not start either. Nothing here remembers whether one ever was, so what was
/// RUNNING counts as started.
/// Source: Amazon ECS Developer Guide, Daemon events, Daemon service action events.
extension StateChangeEvents {
    /// A daemon's task that ended before it ran, other than because it was to.
    mutating func addDaemonTask(_ delta: Delta<TaskRecord>) {
        guard delta.newBox?.value.daemon != nil, let task = delta.new, let daemon = task.daemon,
            let revision = task.daemonRevision, let instance = task.instanceID, task.lastStatus == .stopped,
            delta.old?.lastStatus != .stopped, task.startedAt == nil,
            task.stopCode == .taskFailedToStart || task.stopCode == .essentialContainerExited
        else { return }
        let reason = task.containers.compactMap(\.reason).first ?? task.stoppedReason ?? ""
        addStartImpaired(
            DaemonRevisionRecord.key(task.cluster, daemon, revision), on: instance, task: task.arn(snapshot.realm),
            "TASK_FAILED_TO_RUN", "Task failed to reach RUNNING status: \(reason)")
    }

    /// The instances that a daemon's task finds no room on, when that is new.
    mutating func addRefusals(_ delta: Delta<DaemonRecord>) {
        guard let new = delta.new else { return }
        let known = delta.old?.refusals ?? []
        for refusal in new.refusals where !known.contains(refusal) {
            addStartImpaired(
                DaemonRevisionRecord.key(new.cluster, new.name, refusal.revision), on: refusal.instance, task: nil,
                "TASK_CREATION_FAILED", refusal.reason)
        }
    }

    private mutating func addStartImpaired(
        _ key: Key<DaemonRevisionRecord>, on instance: String, task: String?, _ type: String, _ reason: String
    ) {
        guard let revision = snapshot.get(key) else { return }
        let instance = ContainerInstanceRecord.key(revision.cluster, instance)
        emit("ECS Daemon Service Action", task) { [snapshot, now] detail in
            let realm = snapshot.realm
            detail.string("eventType", "WARNING")
            detail.string("eventName", "DAEMON_TASK_START_IMPAIRED")
            detail.string("clusterArn", realm.ecs("cluster/\(revision.cluster)"))
            detail.string("containerInstanceArn", realm.ecs("container-instance/\(instance.path)"))
            detail.string("taskArn", task)
            detail.string("daemonRevisionArn", revision.arn(realm))
            detail.string("capacityProviderName", snapshot.get(instance)?.capacityProviderName)
            detail.string("daemonArn", realm.ecs("daemon/\(revision.cluster)/\(revision.daemon)"))
            detail.string(
                "daemonTaskDefinitionArn",
                realm.ecs("daemon-task-definition/\(revision.family):\(revision.definitionRevision)"))
            detail.string("failureType", type)
            detail.timestamp("createdAt", now)
            detail.string("reason", reason)
        }
    }
}
