import AWSModels
import AWSWire
import State

/// Decides which tasks to start and stop so that a REPLICA service converges on its desired count and its newest
/// deployment, within the minimum and maximum percent.
/// Source: Amazon ECS Developer Guide, Rolling update deployments and Service scheduler concepts.
/// - Returns: an empty decision when there is nothing to do; the same view and time always give the same one.
package func reconcile(_ view: ServiceView, _ context: inout DecisionContext) -> ServiceDecision {
    if view.service.status == .draining { return drain(view) }
    guard view.service.status == .active, let primary = view.service.primary else { return ServiceDecision() }
    var rollout = Rollout(view, primary, context.now)
    rollout.startTasks()
    rollout.stopSurplus()
    rollout.stopOutgoing()
    rollout.conclude()
    return rollout.decision
}

/// A deleted service stops everything and is gone once nothing runs.
/// Source: Amazon ECS API Reference, DeleteService.
private func drain(_ view: ServiceView) -> ServiceDecision {
    var decision = ServiceDecision()
    decision.stop = view.tasks.filter { $0.desiredStatus == .running }.map { task in
        TaskStop(id: task.id, reason: scalingReason(task.deployment ?? ""))
    }
    decision.becomesInactive = view.tasks.allSatisfy { $0.lastStatus >= .stopping }
    return decision
}

/// The reason of a task that the scheduler stops.
func scalingReason(_ deployment: String) -> String { "Scaling activity initiated by (deployment \(deployment))" }

/// One pass over a service: the tasks sorted by what they are, and the decision as it grows.
private struct Rollout {
    let service: ServiceRecord
    let primary: DeploymentState
    let now: Timestamp
    let wanted: Int
    /// How many healthy tasks there must be: the minimum percent, rounded up.
    let low: Int
    /// How many tasks there may be: the maximum percent, rounded down.
    let high: Int
    /// Tasks of the primary deployment that may stay.
    var staying: [TaskView] = []
    /// Tasks that must be replaced: of older deployments, on draining instances, or unhealthy.
    var outgoing: [TaskView] = []
    /// Tasks that were told to stop and have not.
    var stopping: [TaskView] = []
    /// Tasks that are meant to run, less those this pass stops, plus those it starts.
    var total: Int
    /// Tasks that run and are healthy, less those this pass stops.
    var healthy: Int
    var decision = ServiceDecision()

    init(_ view: ServiceView, _ primary: DeploymentState, _ now: Timestamp) {
        service = view.service
        self.primary = primary
        self.now = now
        wanted = service.desiredCount
        low = (wanted * service.settings.minimumHealthyPercent + 99) / 100
        high = wanted * service.settings.maximumPercent / 100
        for task in view.tasks {
            if task.desiredStatus == .stopped {
                stopping.append(task)
            } else if task.deployment == primary.id, task.isInstanceActive, task.health != .unhealthy {
                staying.append(task)
            } else {
                outgoing.append(task)
            }
        }
        total = staying.count + outgoing.count
        healthy = (staying + outgoing).filter { $0.isHealthy(at: now) }.count
    }

    /// Missing tasks are started at once, except that tasks to replace leave only as much room as the maximum says.
    mutating func startTasks() {
        var missing = wanted - staying.count
        if !outgoing.isEmpty { missing = min(missing, high - total) }
        guard missing > 0 else { return }
        if let notBefore = primary.notBefore, notBefore > now { return wake(at: notBefore) }
        decision.start = missing
        total += missing
    }

    /// Too many tasks of the primary deployment: the service was scaled in.
    mutating func stopSurplus() {
        let surplus = staying.count - wanted
        guard surplus > 0 else { return }
        let victims = chooseVictims(surplus, among: staying, now)
        stop(victims)
        let ids = Set(victims.map(\.id))
        staying.removeAll { ids.contains($0.id) }
    }

    /// Tasks to replace go when enough healthy ones remain; those that are not healthy go first.
    mutating func stopOutgoing() {
        let unready = outgoing.filter { !$0.isHealthy(at: now) }
        let ready = outgoing.filter { $0.isHealthy(at: now) }
        for task in unready where mayStopUnready(task) { stop([task]) }
        for task in ready where healthy - 1 >= low { stop([task]) }
    }

    /// A task that does not yet run helps nobody and goes at once. An unhealthy one stays while its replacement is on
    /// the way, unless there is no room for one. One that runs without having been judged still serves: it stays while
    /// fewer than the minimum would serve without it.
    private func mayStopUnready(_ task: TaskView) -> Bool {
        if task.lastStatus < .running { return true }
        guard task.health == .unhealthy else { return serving(without: task) >= low }
        return healthy >= low || (staying.count < wanted && total >= high && decision.start == 0)
    }

    /// How many tasks would be left that serve: healthy ones, and those to replace that run and were not found ill.
    private func serving(without task: TaskView) -> Int {
        let stopped = Set(decision.stop.map(\.id) + [task.id])
        let leaving = outgoing.filter { !stopped.contains($0.id) }
        return staying.filter { $0.isHealthy(at: now) }.count
            + leaving.filter { $0.lastStatus == .running && $0.health != .unhealthy }.count
    }

    private mutating func stop(_ tasks: [TaskView]) {
        for task in tasks {
            decision.stop.append(TaskStop(id: task.id, reason: reason(of: task)))
            if task.isHealthy(at: now) { healthy -= 1 }
            total -= 1
        }
    }

    private func reason(of task: TaskView) -> String {
        task.health == .unhealthy && task.deployment == primary.id
            ? "Task failed container health checks" : scalingReason(task.deployment ?? primary.id)
    }

    /// Sees whether the roll-out is over, and when to look again.
    mutating func conclude() {
        let isQuiet = decision.start == 0 && decision.stop.isEmpty
        let olderAreGone = outgoing.isEmpty && !stopping.contains { $0.lastStatus <= .running }
        let allRun = staying.count == wanted && staying.allSatisfy { $0.lastStatus == .running }
        if isQuiet && allRun && outgoing.isEmpty && olderAreGone {
            let isSettled = staying.allSatisfy { $0.isHealthy(at: now) }
            if primary.rolloutState == .inProgress {
                decision.completes = isSettled
                if isSettled { decision.finished = service.deployments.map(\.id).filter { $0 != primary.id } }
            }
            decision.isSteady = primary.rolloutState == .completed || decision.completes
        }
        decision.isStuck = isQuiet && !outgoing.isEmpty && total >= high && healthy <= low && allSettled
        let settling = (staying + outgoing).compactMap(\.settlesAt).filter { $0 > now }
        if primary.rolloutState == .inProgress || !outgoing.isEmpty, let next = settling.min() { wake(at: next) }
    }

    private var allSettled: Bool {
        (staying + outgoing).allSatisfy { $0.lastStatus == .running && ($0.settlesAt.map { $0 <= now } ?? true) }
    }

    private mutating func wake(at time: Timestamp) {
        decision.wakeAt = min(decision.wakeAt ?? time, time)
    }
}
