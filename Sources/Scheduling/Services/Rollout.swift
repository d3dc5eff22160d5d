import AWSModels
import AWSWire
import State

/// One pass over a service that rolls: the tasks sorted by what they are, and the decision as it grows.
/// Source: Amazon ECS Developer Guide, Rolling update deployments.
struct Rollout {
    private let view: ServiceView
    private let primary: DeploymentState
    private let now: Timestamp
    private let wanted: Int
    /// How many healthy tasks there must be: the minimum percent, rounded up.
    private let low: Int
    /// How many tasks there may be: the maximum percent, rounded down.
    private let high: Int
    /// Tasks of the primary deployment that may stay.
    private var staying: [TaskView] = []
    /// Tasks that must be replaced: of older deployments, on draining instances, or unhealthy.
    private var outgoing: [TaskView] = []
    /// Tasks that were told to stop and have not.
    private var stopping: [TaskView] = []
    /// Tasks that are meant to run, less those this pass stops, plus those it starts.
    private var total: Int
    /// Tasks that run and are healthy, less those this pass stops.
    private var healthy: Int
    /// Healthy tasks of the primary deployment, less those this pass stops.
    private var settled: Int
    /// The tasks this pass stops. Those that are nowhere yet are gone at once.
    private var stopped: [TaskView] = []
    private var decision = ServiceDecision()

    init(_ view: ServiceView, _ primary: DeploymentState, _ now: Timestamp) {
        self.view = view
        self.primary = primary
        self.now = now
        wanted = view.service.desiredCount
        low = (wanted * view.service.settings.minimumHealthyPercent + 99) / 100
        high = wanted * view.service.settings.maximumPercent / 100
        settled = 0
        healthy = 0
        staying.reserveCapacity(view.tasks.count)
        for task in view.tasks {
            if task.desiredStatus == .stopped {
                stopping.append(task)
            } else if task.mayStay(at: now), task.deployment == primary.id {
                staying.append(task)
                if task.isHealthy(at: now) { settled += 1 }
            } else {
                outgoing.append(task)
                if task.isHealthy(at: now) { healthy += 1 }
            }
        }
        total = staying.count + outgoing.count
        healthy += settled
    }

    mutating func run() -> ServiceDecision {
        decision.failures = CircuitBreaker.recount(view.service, primary, healthy: settled)
        startTasks()
        stopSurplus()
        stopOutgoing()
        conclude()
        return decision
    }

    /// Missing tasks are started at once, except that tasks to replace leave only as much room as the maximum says. A
    /// deployment that failed starts nothing.
    private mutating func startTasks() {
        var missing = wanted - staying.count
        if !outgoing.isEmpty { missing = min(missing, high - total) }
        guard missing > 0, primary.rolloutState != .failed else { return }
        if let notBefore = primary.notBefore, notBefore > now { return decision.wake(at: notBefore) }
        decision.starts = [TaskStart(deployment: primary.id, count: missing)]
        total += missing
    }

    /// Too many tasks of the primary deployment: the service was scaled in. Protected ones stay, also when they are
    /// more than the service wants, and others serve on until those are there.
    private mutating func stopSurplus() {
        let surplus = staying.count - wanted
        // Tasks that were started to balance zones are to take the places of others.
        guard surplus > view.service.rebalancing?.extraTasks ?? 0 else { return }
        let free = staying.filter { !$0.isProtected }
        decision.isScaleInBlocked = free.count < surplus
        var serving = (staying + outgoing).count { $0.serves(at: now) }
        let victims = chooseVictims(
            surplus, among: free, primary.capacityProviderStrategy, view.service.settings.placementStrategy, now
        ).filter { spares($0, &serving) }
        stop(victims)
        let ids = Set(victims.map(\.id))
        staying.removeAll { ids.contains($0.id) }
        settled = staying.count { $0.isHealthy(at: now) }
    }

    /// Whether enough tasks of the service serve when one that is too many goes.
    private func spares(_ task: TaskView, _ serving: inout Int) -> Bool {
        guard task.serves(at: now) else { return true }
        guard serving > low else { return false }
        serving -= 1
        return true
    }

    /// Tasks to replace go when enough healthy ones remain; those that are not healthy go first. A protected one only
    /// goes when it is found ill.
    /// Source: Amazon ECS Developer Guide, Protect your Amazon ECS tasks from being terminated by scale-in events.
    private mutating func stopOutgoing() {
        guard !outgoing.isEmpty else { return }
        let free = outgoing.filter { !$0.isProtected || $0.isIll(at: now) }
        let unready = free.filter { !$0.isHealthy(at: now) }
        let ready = free.filter { $0.isHealthy(at: now) }
        var serving = settled + outgoing.count { $0.serves(at: now) }
        for task in unready where mayStopUnready(task, serving: serving) {
            if task.serves(at: now) { serving -= 1 }
            stop([task])
        }
        // A roll-back keeps what gets requests until load balancers have turned to the others.
        guard view.isTrafficShifted ?? true else { return }
        for task in ready where healthy - 1 >= low { stop([task]) }
    }

    /// A task that does not yet run helps nobody and goes at once. An unhealthy one stays while its replacement is on
    /// the way, unless there is no room for one. One that runs without having been judged still serves: it stays while
    /// fewer than the minimum would serve without it.
    /// - Parameter serving: how many tasks serve: healthy ones that stay, and those to replace that do.
    private func mayStopUnready(_ task: TaskView, serving: Int) -> Bool {
        if task.lastStatus < .running { return true }
        guard task.isIll(at: now) else { return serving - 1 >= low }
        return healthy >= low || (staying.count < wanted && total >= high && decision.starts.isEmpty)
    }

    private mutating func stop(_ tasks: [TaskView]) {
        for task in tasks {
            let isIll = task.isIll(at: now) && task.deployment == primary.id
            decision.stop.append(
                isIll
                    ? healthStop(task)
                    : TaskStop(id: task.id, reason: scalingReason(task.deployment ?? primary.id)))
            if task.isHealthy(at: now) { healthy -= 1 }
            total -= 1
            stopped.append(task)
        }
    }

    // MARK: The end

    /// Sees whether the roll-out is over, and when to look again.
    private mutating func conclude() {
        let isQuiet = decision.starts.isEmpty && stopped.allSatisfy(\.awaitsCapacity)
        let olderAreGone = outgoing.isEmpty && !stopping.contains { $0.lastStatus <= .running }
        let allRun = staying.count == wanted && staying.allSatisfy { $0.lastStatus == .running }
        let isThere = isQuiet && allRun && olderAreGone
        switch primary.rolloutState {
        case .inProgress:
            let isSettled = isThere && settled == staying.count
            if isSettled || succeedsEarly(olderAreGone) { complete() }
        case .completed: decision.finished = emptyDeployments
        case .failed: break
        }
        let isComplete = primary.rolloutState == .completed || decision.completes
        decision.isSteady =
            isThere && isComplete
            && (view.service.isSteady || staying.allSatisfy { ($0.health ?? .healthy) == .healthy })
        // As long as a new task may still become healthy, the percentages are not what it waits for.
        decision.isStuck =
            isQuiet && outgoing.contains { !$0.isProtected } && staying.count < wanted && total >= high
            && healthy <= low && allSettled
        wakeForJudgement()
    }

    /// Whether enough of the new tasks are healthy for a service that does not wait for all of them.
    /// Source: Amazon ECS API Reference, DeploymentEarlySuccessCriteria.
    private func succeedsEarly(_ olderAreGone: Bool) -> Bool {
        guard let criteria = view.service.settings.deploymentConfiguration.earlySuccessCriteria, criteria.enable
        else { return false }
        let needed = (wanted * (criteria.healthyPercent ?? 100) + 99) / 100
        let isCleanedUp = criteria.sourceServiceRevisionCleanup == .deferred || olderAreGone
        return isCleanedUp && settled >= needed
    }

    /// The roll-out is complete, after the time that alarms are watched for.
    /// Source: Amazon ECS API Reference, DeploymentConfiguration (bakeTimeInMinutes).
    private mutating func complete() {
        let minutes = view.deployment?.configuration.bakeTimeInMinutes ?? 0
        let bakeTime = max(.seconds(minutes * 60), view.alarmBakeTime)
        if bakeTime > .zero, var progress = view.deployment, progress.rollbackRevision == nil {
            let settledAt = progress.settledAt ?? now
            let end = settledAt.advanced(by: bakeTime)
            if progress.settledAt == nil {
                progress.settledAt = now
                decision.progress = progress
            }
            guard end <= now else { return decision.wake(at: end) }
        }
        decision.completes = true
        decision.finished = emptyDeployments
    }

    /// The older deployments without tasks that are still to stop.
    private var emptyDeployments: [String] {
        let used = Set(outgoing.compactMap(\.deployment))
        return view.service.deployments.map(\.id).filter { $0 != primary.id && !used.contains($0) }
    }

    /// Running tasks without a check are judged when they have run long enough, ill ones after the grace period.
    private mutating func wakeForJudgement() {
        let judges = primary.rolloutState == .inProgress || !outgoing.isEmpty || primary.healthyTasks != nil
        var next: Timestamp?
        func consider(_ time: Timestamp?) {
            if let time, time > now, time < next ?? time.advanced(by: .seconds(1)) { next = time }
        }
        for tasks in [staying, outgoing] {
            for task in tasks {
                if judges { consider(task.settlesAt) }
                consider(task.graceEndsAt)
            }
        }
        if let next { decision.wake(at: next) }
    }

    private var allSettled: Bool {
        (staying + outgoing).allSatisfy { task in
            task.lastStatus == .running && task.health != .unknown && (task.settlesAt.map { $0 <= now } ?? true)
        }
    }
}
