import AWSModels
import AWSWire
import State

/// What is to be done for a daemon to come nearer to what it should be.
package struct DaemonDecision: Sendable, Equatable {
    /// The daemon and its newest deployment as they are from now on.
    package internal(set) var daemon: DaemonRecord
    package internal(set) var deployment: DaemonDeploymentRecord {
        didSet { if deployment.status != oldValue.status { passed.append(oldValue) } }
    }
    /// The deployment with each status that it has left behind: clients hear of every one.
    package fileprivate(set) var passed: [DaemonDeploymentRecord] = []
    /// Which tasks to stop, in this order.
    package internal(set) var stop: [TaskStop] = []
    /// Tasks among them that fail their health check: their instance is without its daemon now.
    package internal(set) var failed: Set<String> = []
    /// The ids of the instances that get a task of the target revision.
    package internal(set) var start: [String] = []
    /// Whether the daemon's deletion is complete.
    package internal(set) var isGone = false
    /// When to decide again though nothing changes.
    package internal(set) var wakeAt: Timestamp?

    init(_ daemon: DaemonRecord, _ deployment: DaemonDeploymentRecord) {
        self.daemon = daemon
        self.deployment = deployment
    }

    mutating func wake(at time: Timestamp) { wakeAt = min(wakeAt ?? time, time) }
}

/// Decides for a daemon: one task of its target revision on every instance of its capacity providers. A deployment
/// changes the instances in steps; a task that is replaced stops before the new one starts.
///
/// ECS replaces the instances of a step by new ones. Here nobody can make a new one, so the daemon's task is replaced
/// where it is, and the instance takes no other tasks in the meantime (`Snapshot.awaitsDaemon`).
/// Source: Amazon ECS Developer Guide, Daemon deployments.
package func decideDaemon(
    _ daemon: DaemonRecord, _ deployment: DaemonDeploymentRecord, in snapshot: Snapshot, at now: Timestamp
) -> DaemonDecision {
    var decision = DaemonDecision(daemon, deployment)
    if daemon.status == .deleteInProgress {
        decision.finishDeletion(snapshot.liveTasks(of: daemon.key), at: now)
        return decision
    }
    if decision.deployment.status == .inProgress {
        decision.deployment.triggeredAlarmNames = alarmsInAlarm(decision.deployment.watchedAlarms, in: snapshot)
    }
    decision.checkFailures(at: now)
    if decision.deployment.status == .stopRequested {
        guard decision.comesToRest(DaemonView(decision.daemon, in: snapshot)) else { return decision }
        decision.turnBack(at: now)
    }
    let view = DaemonView(decision.daemon, in: snapshot)
    decision.noteRefusals(view)
    guard let target = view.target else { return decision }
    decision.begin(view, at: now)
    decision.stopNeedless(view, at: now)
    if decision.deployment.isUnderWay {
        decision.roll(view, target, at: now)
    } else {
        decision.replace(view.instances.flatMap(\.outdated))
    }
    decision.startMissing(view, target, at: now)
    guard decision.deployment.hasFailedTooOften else { return decision }
    var next = decideDaemon(decision.daemon, decision.deployment, in: snapshot, at: now)
    next.passed = decision.passed + next.passed
    return next
}

extension DaemonDecision {
    /// A daemon that could not place a task tries again after this time, if nothing changes before.
    static let placementRetry: Duration = .seconds(10)

    // MARK: Tasks

    /// Tasks on instances that are not the daemon's any more, second tasks on one instance, and unhealthy ones.
    fileprivate mutating func stopNeedless(_ view: DaemonView, at now: Timestamp) {
        for id in view.strays {
            stop.append(TaskStop(id: id, reason: "The container instance no longer runs the daemon \(daemon.name)"))
        }
        for instance in view.instances {
            for task in instance.unhealthy {
                stop.append(TaskStop(id: task.id, reason: "Task failed container health checks"))
                failed.insert(task.id)
                countFailure(of: task.daemonRevision, at: now)
            }
            for task in instance.current.dropFirst() {
                stop.append(TaskStop(id: task.id, reason: "The daemon \(daemon.name) runs one task per instance"))
            }
        }
    }

    mutating func replace(_ tasks: [TaskView]) {
        for task in tasks {
            stop.append(TaskStop(id: task.id, reason: "Replaced by daemon deployment \(deployment.id)"))
        }
    }

    fileprivate mutating func startMissing(_ view: DaemonView, _ target: DaemonRevisionRecord, at now: Timestamp) {
        let idle = view.instances.filter(\.isIdle)
        guard !idle.isEmpty else { return }
        if let notBefore = daemon.notBefore, notBefore > now { return wake(at: notBefore) }
        start = idle.filter { $0.obstacle == nil }.map(\.id)
        guard let obstacle = idle.lazy.compactMap(\.obstacle).first else { return }
        if deployment.isUnderWay, target.isCritical {
            // Source: Amazon ECS Developer Guide, Daemon events: a task that cannot be created has failed, too.
            deployment.statusReason = obstacle.daemonReason
            countFailure(of: target.id, at: now)
            if let notBefore = daemon.notBefore { wake(at: notBefore) }
        } else {
            wake(at: now.advanced(by: DaemonDecision.placementRetry))
        }
    }

    fileprivate mutating func noteRefusals(_ view: DaemonView) {
        daemon.refusals = view.instances.compactMap { instance in
            instance.obstacle.map { obstacle in
                var refusal = DaemonRefusal()
                refusal.instance = instance.id
                refusal.revision = daemon.targetRevision ?? ""
                refusal.reason = obstacle.daemonReason
                return refusal
            }
        }
    }

    private mutating func countFailure(of revision: String?, at now: Timestamp) {
        daemon.backOff(at: now)
        deployment.countFailure(of: revision)
    }

    /// Whether nothing moves any more: what was to start is stopped first, then the way back can begin.
    fileprivate mutating func comesToRest(_ view: DaemonView) -> Bool {
        stop += view.instances.flatMap(\.starting).map { task in
            TaskStop(id: task.id, reason: "The daemon deployment \(deployment.id) was stopped")
        }
        return view.instances.allSatisfy(\.isAtRest)
    }

    // MARK: The deletion

    fileprivate mutating func finishDeletion(_ tasks: [TaskRecord], at now: Timestamp) {
        for task in tasks where task.desiredStatus == .running {
            stop.append(TaskStop(id: task.id, reason: "The daemon \(daemon.name) was deleted"))
        }
        if deployment.status == .pending { deployment.start(threshold: 0, at: now) }
        guard tasks.isEmpty else { return }
        deployment.end(.successful, "Daemon deleted successfully.", at: now)
        isGone = true
    }
}
