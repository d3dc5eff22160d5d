import AWSModels
import AWSWire
import State

extension Transaction {
    /// Lets the targets of a task drain: they get no new requests. What was registered for another task since stays.
    mutating func deregisterTargets(of task: TaskRecord, at now: Timestamp) {
        for target in task.targets {
            guard let key = target.key(realm), let record = get(key), record.task == task.key.path,
                record.drainingSince == nil
            else { continue }
            update(key) { target in
                target.drainingSince = now
                target.isDrained = false
            }
        }
    }

    /// Lets the agents of a service's tasks stop those whose targets have drained.
    ///
    /// ECS waits until the load balancer calls the target UNUSED, and that is for the whole deregistration delay, also
    /// when no request is in flight any more.
    /// Source: Amazon ECS Developer Guide, Task lifecycle (DEACTIVATING); Elastic Load Balancing, Application Load
    /// Balancers guide, Deregistration delay.
    /// - Parameter tasks: the ids of those that may have drained.
    package mutating func stopDrained(_ tasks: [Key<TaskRecord>], at now: Timestamp) {
        for key in tasks {
            guard var task = get(key), task.lastStatus == .deactivating, !snapshot.holdsTargets(task) else { continue }
            task.advance(to: .stopping, at: now)
            store(task, was: .deactivating, at: now)
        }
    }
}

extension Snapshot {
    /// Whether a target of the task is still there, registered or draining.
    package func holdsTargets(_ task: TaskRecord) -> Bool {
        task.targets.contains { target in
            target.key(realm).flatMap { get($0) }?.task == task.key.path
        }
    }

    /// The targets of a service that drain, and of which it has not said so.
    package func unannouncedTargets(of service: Key<ServiceRecord>) -> [TargetRecord] {
        list(TargetRecord.self, .targetByService, prefix: "\(service.path)/draining/")
    }

    /// The targets of a group whose time to drain is over, and when the next one's is.
    package func drainedTargets(
        of group: TargetGroupRecord, at now: Timestamp
    ) -> (targets: [Key<TargetRecord>], next: Timestamp?) {
        var targets: [Key<TargetRecord>] = []
        var next: Timestamp?
        let delay = group.deregistrationDelay
        table(TargetRecord.self).forEach(.targetByDrainStart, prefix: "\(group.key.path)/") { target in
            guard let end = target.drainingSince?.advanced(by: delay), end <= now else {
                next = target.drainingSince?.advanced(by: delay)
                return false
            }
            targets.append(target.key)
            return true
        }
        return (targets, next)
    }
}
