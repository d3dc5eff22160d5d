import AWSWire
import State

/// Protection of tasks from scale-in and deployments. A task is protected while its record says until when: the
/// protection controller clears that when the time has come.
/// Source: Amazon ECS API Reference, UpdateTaskProtection; Developer Guide, Protect your Amazon ECS tasks from being
/// terminated by scale-in events.
package enum TaskProtection {
    /// How long a task can be protected at a time, in minutes.
    package static let minutes = 1...2_880
    package static let defaultMinutes = 120

    /// The tasks whose protection has ended by `now`, and when the next one ends.
    package static func ended(_ snapshot: Snapshot, at now: Timestamp) -> (tasks: [TaskRecord], next: Timestamp?) {
        var tasks: [TaskRecord] = []
        var next: Timestamp?
        snapshot.table(TaskRecord.self).forEach(.taskByProtectionEnd, prefix: "") { task in
            guard let end = task.protectedUntil, end <= now else {
                next = task.protectedUntil
                return false
            }
            tasks.append(task)
            return true
        }
        return (tasks, next)
    }

    /// Whether protected tasks are all that keeps the service's deployment from its end: its own tasks run, and one
    /// of an older deployment is protected.
    package static func blocksDeployment(of service: ServiceRecord, _ snapshot: Snapshot) -> Bool {
        guard let primary = service.primary, primary.rolloutState == .inProgress else { return false }
        let tasks = snapshot.liveTasks(of: service.key)
        let running = tasks.count { $0.deployment == primary.id && $0.lastStatus == .running }
        return running >= service.desiredCount
            && tasks.contains { $0.deployment != primary.id && $0.protectedUntil != nil }
    }
}
