import AWSModels
import AWSWire
import State

/// One pass over a service whose new revision ("green") is started beside the old one ("blue") and then gets its
/// traffic, at once or in steps.
///
/// What the traffic is to be stands in the service deployment's record (`productionTraffic`, `testTraffic`). Listener
/// rules follow it (`Transaction.shareTraffic`), and a shift is over when the balancer nodes have applied them. A
/// service without such rules is served by both revisions while both run.
/// Source: Amazon ECS Developer Guide, Amazon ECS blue/green deployments.
struct TrafficShift {
    private let view: ServiceView
    private let green: DeploymentState
    /// The deployment that served before; nil for the first one of a service.
    private let blue: DeploymentState?
    private(set) var context: DecisionContext
    private var progress: ServiceDeploymentRecord
    private var decision = ServiceDecision()
    private var now: Timestamp { context.now }

    init(
        _ view: ServiceView, _ primary: DeploymentState, _ deployment: ServiceDeploymentRecord,
        _ context: DecisionContext
    ) {
        self.view = view
        self.context = context
        green = primary
        progress = deployment
        let older = view.service.deployments.filter { $0.id != primary.id }
        let complete = older.filter { $0.serviceRevision == view.service.completedRevision }
        let others = older.filter { $0.serviceRevision != view.service.completedRevision }
        blue = TrafficShift.mostServing(of: complete + others, view, context.now)
    }

    /// The deployment that has most of the service's healthy tasks; of equal ones the first.
    private static func mostServing(
        of deployments: [DeploymentState], _ view: ServiceView, _ now: Timestamp
    ) -> DeploymentState? {
        let counts = deployments.map { deployment in
            view.tasks.count { $0.deployment == deployment.id && $0.isHealthy(at: now) }
        }
        let most = counts.max() ?? 0
        return zip(deployments, counts).first { $0.1 == most }?.0
    }

    mutating func run() -> ServiceDecision {
        decision.failures = CircuitBreaker.recount(view.service, green, healthy: healthyGreens)
        answerOverdueHooks()
        while decision.failure == nil, advance() {}
        guard decision.failure == nil else { return decision }
        keepTasks()
        complete()
        if progress != view.deployment { decision.progress = progress }
        return decision
    }

    // MARK: Stages

    /// Goes on to the next stage, or the next step of the traffic, if nothing holds the deployment where it is.
    /// - Returns: whether it went on.
    private mutating func advance() -> Bool {
        guard let stage = progress.lifecycleStage else {
            enter(progress.ownStages[0])
            return true
        }
        guard stage != .cleanUp, isOver(stage), !isHeld(in: stage) else {
            limit(stage)
            return false
        }
        if precedesShift(stage), meetHooks(at: .preProductionTrafficShift) { return true }
        if stage == .productionTrafficShift, progress.productionTraffic < 100 {
            shiftFurther()
            return true
        }
        guard let index = progress.ownStages.firstIndex(of: stage) else { return false }
        enter(progress.ownStages[index + 1])
        return true
    }

    private mutating func enter(_ stage: ECS.ServiceDeploymentLifecycleStage) {
        progress.lifecycleStage = stage
        progress.stageStartedAt = now
        progress.updatedAt = now
        switch stage {
        case .testTrafficShift: progress.testTraffic = 100
        case .productionTrafficShift: progress.productionTraffic = min(100, progress.steps.first)
        case .cleanUp: (progress.productionTraffic, progress.testTraffic) = (100, 0)
        default: break
        }
        if let hookStage = ECS.DeploymentLifecycleHookStage(rawValue: stage.rawValue) { meetHooks(at: hookStage) }
    }

    /// Whether what the stage is for has happened.
    private mutating func isOver(_ stage: ECS.ServiceDeploymentLifecycleStage) -> Bool {
        let since = progress.stageStartedAt ?? now
        switch stage {
        case .reconcileService:
            // What failed before it served alone never will, nor what was overtaken and finds no room.
            return blue?.rolloutState == .failed
                || (blue?.rolloutState == .inProgress && view.service.lastPlacementFailure != nil)
                || view.tasks.allSatisfy { isKept($0) || $0.desiredStatus == .stopped }
        case .scaleUp: return healthyGreens >= view.service.desiredCount
        case .testTrafficShift: return isShifted
        case .productionTrafficShift:
            guard isShifted else { return false }
            return progress.productionTraffic >= 100 || hasPassed(progress.stepBakeTime, since: since)
        case .bakeTime: return hasPassed(progress.bakeTime, since: since)
        default: return true
        }
    }

    /// Whether load balancers forward what the record says now; without rules there is nothing to wait for.
    private var isShifted: Bool {
        guard let isShifted = view.isTrafficShifted, let before = view.deployment else { return true }
        return isShifted && progress.productionTraffic == before.productionTraffic
            && progress.testTraffic == before.testTraffic
    }

    private mutating func shiftFurther() {
        // Tenths of a percent add up exactly only when they are rounded.
        let sum = ((progress.productionTraffic + progress.steps.next) * 10).rounded() / 10
        progress.productionTraffic = min(100, sum)
        progress.stageStartedAt = now
        progress.updatedAt = now
        meetHooks(at: .productionTrafficShift)
    }

    /// Whether production's traffic moves when the stage is over, for the first time or further.
    private func precedesShift(_ stage: ECS.ServiceDeploymentLifecycleStage) -> Bool {
        stage == .postTestTrafficShift || (stage == .productionTrafficShift && progress.productionTraffic < 100)
    }

    private mutating func hasPassed(_ time: Duration, since start: Timestamp) -> Bool {
        let end = start.advanced(by: time)
        if end > now { decision.wake(at: end) }
        return end <= now
    }

    /// Only growing takes unknown time.
    private mutating func limit(_ stage: ECS.ServiceDeploymentLifecycleStage) {
        guard stage == .scaleUp || stage == .reconcileService else { return }
        if hasPassed(ServiceDeploymentRecord.stageLimit, since: progress.stageStartedAt ?? now) {
            decision.failure = .stageTimedOut(stage)
        }
    }

    // MARK: Hooks

    /// Meets the hooks of a stage, once for each share of the traffic.
    ///
    /// Hooks that call a function are refused when the service is made: the region has none. What is left are pauses.
    /// - Returns: whether there was one to meet.
    @discardableResult
    private mutating func meetHooks(at hookStage: ECS.DeploymentLifecycleHookStage) -> Bool {
        guard let stage = progress.lifecycleStage,
            !progress.hooks.contains(where: {
                $0.hookStage == hookStage && $0.productionTraffic == progress.productionTraffic
            })
        else { return false }
        let hooks = (progress.configuration.lifecycleHooks ?? []).enumerated()
            .filter { $1.lifecycleStages?.contains(hookStage) ?? false }
        for (position, hook) in hooks {
            var state = LifecycleHookState()
            state.id = "ecs-pause-\(context.random.urlSafeText(43))"
            state.position = position
            state.stage = stage
            state.hookStage = hookStage
            state.productionTraffic = progress.productionTraffic
            state.expiresAt = now.advanced(by: hook.timeout)
            state.timeoutAction = hook.timeoutConfiguration?.action ?? .rollback
            progress.hooks.append(state)
        }
        return !hooks.isEmpty
    }

    private mutating func answerOverdueHooks() {
        for (index, hook) in progress.hooks.enumerated() where hook.status == .awaitingAction {
            guard hook.expiresAt <= now else {
                decision.wake(at: hook.expiresAt)
                continue
            }
            progress.hooks[index].status = .timedOut
            if hook.timeoutAction == .rollback { decision.failure = .hookTimedOut(hook.hookStage) }
        }
        if decision.failure != nil { decision.progress = progress }
    }

    private func isHeld(in stage: ECS.ServiceDeploymentLifecycleStage) -> Bool {
        progress.hooks.contains { $0.status == .awaitingAction && $0.stage == stage }
    }

    // MARK: Tasks

    private var healthyGreens: Int { healthy(of: green) }

    private func healthy(of deployment: DeploymentState?) -> Int {
        view.tasks.count { $0.deployment == deployment?.id && $0.isHealthy(at: now) }
    }

    private func isKept(_ task: TaskView) -> Bool { task.deployment == green.id || task.deployment == blue?.id }

    /// Blue and green have all the tasks the service wants, green from the moment it scales up, blue until the end.
    private mutating func keepTasks() {
        let wanted = view.service.desiredCount
        keep(green, at: progress.hasReached(.scaleUp) ? wanted : 0)
        // Blue goes when green can do without it: the service may have grown since the traffic moved.
        let isOver = progress.lifecycleStage == .cleanUp
        if let blue, !isOver || (healthyGreens >= wanted && isShifted) { keep(blue, at: isOver ? 0 : wanted) }
        let isServed = (isOver ? healthyGreens : healthy(of: blue)) >= wanted
        for task in view.tasks where !isKept(task) && task.desiredStatus == .running && !task.isProtected {
            // What serves goes when blue, or green in the end, can do without it.
            guard isServed || task.lastStatus < .running || task.isIll(at: now) else { continue }
            decision.stop.append(TaskStop(id: task.id, reason: scalingReason(task.deployment ?? "")))
        }
    }

    /// Starts what is missing, stops what is too much, and replaces the ill and those on draining instances: after
    /// their replacements are healthy, or before they come when the maximum percent leaves no room for both.
    private mutating func keep(_ deployment: DeploymentState, at wanted: Int) {
        let tasks = view.tasks.filter { $0.deployment == deployment.id && $0.desiredStatus == .running }
        let good = tasks.filter { $0.mayStay(at: now) }
        let room = max(wanted, wanted * view.service.settings.maximumPercent / 100) - tasks.count
        start(min(wanted - good.count, room), of: deployment)
        let free = good.filter { !$0.isProtected }
        for victim in chooseVictims(
            good.count - wanted, among: free, deployment.capacityProviderStrategy,
            view.service.settings.placementStrategy, now)
        where spares(victim) {
            decision.stop.append(TaskStop(id: victim.id, reason: scalingReason(deployment.id)))
        }
        let isReplaced = good.filter { $0.isHealthy(at: now) }.count >= wanted
        let isFull = room <= 0 && good.count < wanted
        for task in tasks where mayBeReplaced(task) {
            let isIll = task.isIll(at: now)
            guard isReplaced || task.lastStatus < .running || (isFull && isIll) else { continue }
            decision.stop.append(
                isIll ? healthStop(task) : TaskStop(id: task.id, reason: scalingReason(deployment.id)))
        }
        for task in tasks {
            if let time = task.settlesAt, time > now { decision.wake(at: time) }
            if let time = task.graceEndsAt, time > now { decision.wake(at: time) }
        }
    }

    /// Whether enough tasks of the service run when one that is too many goes: among those that stay may be a protected
    /// one that does not run yet.
    private func spares(_ task: TaskView) -> Bool {
        guard task.serves(at: now) else { return true }
        let gone = Set(decision.stop.map(\.id))
        let serving = view.tasks.count { $0.desiredStatus == .running && $0.serves(at: now) && !gone.contains($0.id) }
        let settings = view.service.settings
        return serving - 1 >= (view.service.desiredCount * settings.minimumHealthyPercent + 99) / 100
    }

    /// Whether a task is not wanted where it is, or ill; a protected one only when it is ill.
    private func mayBeReplaced(_ task: TaskView) -> Bool {
        !task.mayStay(at: now) && (!task.isProtected || task.isIll(at: now))
    }

    private mutating func start(_ count: Int, of deployment: DeploymentState) {
        guard count > 0, deployment.rolloutState != .failed else { return }
        if let notBefore = deployment.notBefore, notBefore > now { return decision.wake(at: notBefore) }
        decision.starts.append(TaskStart(deployment: deployment.id, count: count))
    }

    /// The end: green has all its tasks, and nothing else runs.
    private mutating func complete() {
        guard progress.lifecycleStage == .cleanUp, decision.starts.isEmpty, decision.stop.isEmpty else { return }
        let others = view.tasks.filter { $0.deployment != green.id }
        guard others.allSatisfy({ $0.lastStatus > .running }), healthyGreens >= view.service.desiredCount else {
            return
        }
        decision.completes = true
        decision.isSteady = true
        decision.finished = view.service.deployments.map(\.id).filter { $0 != green.id }
    }
}
