import AWSModels
import AWSWire
import Scheduling
import State

/// Turns the decision about a service into changes: tasks to start and stop, deployments, events.
struct ServiceStep {
    private(set) var transaction: Transaction
    private var context: DecisionContext
    var service: ServiceRecord
    private let original: ServiceRecord
    private let firingAlarms: [String]
    private var wakeAt: Timestamp?
    /// What keeps the service from its goal: the text of an event.
    private var trouble: String?

    init(_ view: ServiceView, _ snapshot: Snapshot, _ context: DecisionContext) {
        let service = view.service
        firingAlarms = view.firingAlarms
        transaction = Transaction(snapshot)
        self.context = context
        self.service = service
        original = service
    }

    /// The changes so far.
    var plan: Plan { Plan(transaction, wakeAt: wakeAt) }

    /// Takes the number of instances a daemon belongs on as its desired count.
    /// - Returns: their ids.
    mutating func countDaemonInstances() -> [String] {
        guard service.status == .active, let deployment = service.primary,
            let definition = transaction.get(TaskDefinitionRecord.key(deployment.family, deployment.revision))
        else { return [] }
        let instances = daemonInstances(of: service, definition, in: transaction.snapshot)
        service.desiredCount = instances.count
        return instances
    }

    /// - Parameters:
    ///   - view: what the decision was made on.
    ///   - instances: the instances that get a task each, for a daemon; nil to place by strategy.
    mutating func carryOut(_ decision: ServiceDecision, of view: ServiceView, on instances: [String]?) {
        wakeAt = decision.wakeAt
        registerTargets(of: view)
        if let progress = decision.progress { transaction.put(progress) }
        if let failures = decision.failures {
            service.changePrimary { ($0.failedTasks, $0.healthyTasks) = (failures.failedTasks, failures.healthyTasks) }
        }
        stop(decision.stop)
        start(decision.starts, on: instances)
        balanceZones(decision.rebalancing)
        announceDraining()
        stopDrained(view)
        finish(decision)
        if service != original { transaction.put(service) }
    }

    // MARK: Stopping

    private mutating func stop(_ stops: [TaskStop]) {
        var running: [String] = []
        var pending = 0
        for stop in stops {
            if stop.isFailure { countFailure(of: stop.id) }
            guard let task = requestStop(stop) else { continue }
            if task.lastStatus < .running { pending += 1 } else { running.append(stop.id) }
        }
        if !running.isEmpty { say("has stopped \(running.count) running tasks: \(names(of: running)).") }
        if pending > 0 { say("stopped \(pending) pending tasks.") }
    }

    /// - Returns: the task as it was; nil when it is gone.
    @discardableResult
    mutating func requestStop(_ stop: TaskStop) -> TaskRecord? {
        guard let task = transaction.get(TaskRecord.key(service.cluster, stop.id)) else { return nil }
        var stopped = task
        stopped.requestStop(.serviceSchedulerInitiated, stop.reason, at: context.now)
        transaction.store(stopped, was: task.lastStatus, at: context.now)
        return task
    }

    private mutating func countFailure(of id: String) {
        guard let task = transaction.get(TaskRecord.key(service.cluster, id)) else { return }
        if case .failed(let failure) = transaction.snapshot.targetHealth(of: task) {
            say(TargetEvents.failed(task, failure))
        } else {
            say("(task \(task.id)) failed container health checks.")
        }
        guard let index = service.deployments.firstIndex(where: { $0.id == task.deployment }) else { return }
        service.deployments[index].countFailure()
    }

    // MARK: Targets

    /// - Returns: whether the task is registered now.
    mutating func register(_ task: TaskView, _ plans: [TargetPlan]) -> Bool {
        guard let record = transaction.get(TaskRecord.key(service.cluster, task.id)) else { return false }
        return transaction.registerTargets(of: record, plans, at: context.now)
    }

    /// Notes that the service has said of a target that it drains.
    mutating func forget(_ target: TargetRecord) { transaction.update(target.key) { $0.service = nil } }

    mutating func stopDrained(_ tasks: [Key<TaskRecord>]) { transaction.stopDrained(tasks, at: context.now) }

    // MARK: Starting

    private mutating func start(_ starts: [TaskStart], on instances: [String]?) {
        var started: [String] = []
        var failure: StartFailure?
        for start in starts {
            guard let source = LaunchSource(start.deployment, of: service, in: transaction.snapshot),
                let definition = transaction.get(source.definition)
            else { continue }
            guard source.launchType != .fargate else {
                failure = failure ?? .noFargate
                continue
            }
            let reason = launch(start.count, source, definition, on: instances, in: nil, &started)
            if reason != nil { countUnplaced(of: start.deployment) }
            failure = failure ?? reason
        }
        if !started.isEmpty { say("has started \(started.count) tasks: \(names(of: started)).") }
        guard let failure else { return }
        trouble = failure.event
        guard failure.mayPass else { return }
        let retry = context.now.advanced(by: ServiceController.placementRetry)
        wakeAt = min(wakeAt ?? retry, retry)
    }

    /// Starts tasks of one deployment or task set.
    /// - Parameter zone: where they must be; nil for anywhere.
    /// - Returns: why the first task that found no place has none; nil when all have one.
    mutating func launch(
        _ count: Int, _ source: LaunchSource, _ definition: TaskDefinitionRecord, on instances: [String]?,
        in zone: String?, _ started: inout [String]
    ) -> StartFailure? {
        var failure: StartFailure?
        var shares = CapacityShares(source.strategy, counts: source.strategy.isEmpty ? [:] : tasksByProvider)
        var pattern = source.blueprint(for: service, definition)
        pattern.request.zone = zone
        var placer = Placer(pattern.request)
        for index in 0..<count {
            var blueprint = pattern
            if instances == nil { blueprint.useProvider(shares.next) }
            switch start(blueprint, &placer, on: instances?[index], hasStrategy: !source.strategy.isEmpty) {
            case .success(let task):
                started.append(task.id)
                if let provider = task.capacityProviderName { shares.add(provider) }
            case .failure(let reason):
                failure = reason
                guard instances != nil else { return failure }
            }
        }
        return failure
    }

    /// The tasks of the service that are meant to run, by capacity provider.
    private var tasksByProvider: [String: Int] {
        let providers = transaction.snapshot.liveTasks(of: service.key).filter { $0.desiredStatus == .running }
            .compactMap(\.capacityProviderName)
        return Dictionary(providers.map { ($0, 1) }, uniquingKeysWith: +)
    }

    /// Starts a task; one that finds no room waits, when its capacity provider brings instances, unless it must be in
    /// one zone. A daemon with a strategy runs on the instances of all its providers.
    private mutating func start(
        _ blueprint: TaskBlueprint, _ placer: inout Placer, on instanceID: String?, hasStrategy: Bool
    ) -> Result<TaskRecord, StartFailure> {
        var blueprint = blueprint
        var instance: ContainerInstanceRecord?
        switch placement(of: blueprint, &placer, on: instanceID) {
        case .placed(let found):
            instance = found
            if instanceID != nil, hasStrategy { blueprint.useProvider(found.capacityProviderName) }
        case .failed(let refused):
            let provider = blueprint.capacityProviderName.flatMap { transaction.snapshot.capacityProvider($0) }
            guard let provider, blueprint.request.zone == nil else { return .failure(.noRoom(refused)) }
            guard provider.bringsInstances else {
                return .failure(refused.isEmpty ? .emptyProvider : .noRoom(refused))
            }
            guard Provisioning.hasRoom(in: service.cluster, transaction.snapshot) else {
                return .failure(.tooManyWait)
            }
        }
        return .success(transaction.start(blueprint, on: instance, &context))
    }

    /// A task that finds no place has failed, for the circuit breaker: once in each of its tries.
    /// Source: Amazon ECS API Reference, Deployment.failedTasks.
    private mutating func countUnplaced(of deployment: String) {
        guard service.settings.deploymentConfiguration.deploymentCircuitBreaker?.enable ?? false,
            let index = service.deployments.firstIndex(where: { $0.id == deployment }),
            service.deployments[index].rolloutState == .inProgress
        else { return }
        if let next = service.deployments[index].unplacedUntil, next > context.now {
            wakeAt = min(wakeAt ?? next, next)
            return
        }
        service.deployments[index].countFailure()
        service.deployments[index].unplacedUntil = context.now.advanced(by: ServiceController.placementRetry)
    }

    private mutating func placement(
        of blueprint: TaskBlueprint, _ placer: inout Placer, on instanceID: String?
    ) -> Placement {
        guard let instanceID else {
            return placer.place(from: blueprint.capacityProviderName, in: transaction.snapshot, &context)
        }
        let key = ContainerInstanceRecord.key(service.cluster, instanceID)
        guard let instance = transaction.get(key) else { return .failed([]) }
        if let failure = refusal(of: instance, for: blueprint.request, in: transaction.snapshot) {
            return .failed([RefusedInstance(instance: key, failure: failure)])
        }
        return .placed(instance)
    }

    // MARK: Concluding

    private mutating func finish(_ decision: ServiceDecision) {
        if decision.becomesInactive { return becomeInactive() }
        if let failure = decision.failure { return transaction.failDeployment(of: &service, failure, &context) }
        remove(decision.finished)
        transaction.change(deploymentOf: service) { [context] deployment in
            deployment.begin(firing: firingAlarms, at: context.now)
        }
        if decision.completes { transaction.completeDeployment(of: &service, &context) }
        let isSteady = decision.isSteady && service.rebalancing == nil
        if isSteady, !service.isSteady { say("has reached a steady state.") }
        service.isSteady = isSteady
        sayTrouble(decision)
    }

    /// Says what keeps the service from its goal, once while it lasts.
    private mutating func sayTrouble(_ decision: ServiceDecision) {
        if decision.isStuck { trouble = trouble ?? ServiceStep.stuckEvent }
        if decision.isScaleInBlocked, let id = service.primary?.id { trouble = trouble ?? scaleInBlockedEvent(id) }
        if isThrottled { trouble = trouble ?? ServiceStep.throttledEvent }
        guard service.lastPlacementFailure != trouble else { return }
        if let trouble { say(trouble) }
        service.lastPlacementFailure = trouble
    }

    /// Whether tasks failed to start so often in a row that a client should hear of it. A deployment that failed tries
    /// no more.
    private var isThrottled: Bool {
        let trying = service.primary.flatMap { $0.rolloutState == .failed ? nil : $0.launchFailures }
        return ([trying] + taskSets.map(\.launchFailures)).contains { $0 ?? 0 >= ServiceStep.failuresToSay }
    }

    private mutating func remove(_ finished: [String]) {
        service.deployments.removeAll { finished.contains($0.id) }
        for set in taskSets where finished.contains(set.id) { transaction.delete(set.key) }
    }

    /// Whether each task set is steady, as its clients see it.
    mutating func judgeTaskSets() {
        guard service.deploymentController != .ecs, let view = ServiceView(service.key, in: transaction.snapshot)
        else { return }
        for set in view.taskSets where isStable(set, of: view, at: context.now) != set.isStable {
            transaction.update(set.key) { set in
                set.isStable.toggle()
                set.stabilityChangedAt = context.now
            }
        }
    }

    private var taskSets: [TaskSetRecord] {
        transaction.snapshot.taskSets(of: service.key)
    }

    private mutating func becomeInactive() {
        service.status = .inactive
        service.deletedAt = context.now
        for set in taskSets { transaction.delete(set.key) }
        transaction.change(deploymentOf: service) { [context] deployment in
            deployment.stop("Service was deleted.", at: context.now)
        }
    }

    /// Source: Amazon ECS Developer Guide, Service event messages.
    private static let stuckEvent =
        "was unable to stop or start tasks during a deployment because of the service deployment "
        + "configuration. Update the minimumHealthyPercent or maximumPercent value and try again."

    /// Source: the same page: told when the time between two tries has begun to grow.
    private static let throttledEvent = "is unable to consistently start tasks successfully."
    private static let failuresToSay = 3

    /// - Parameter set: the deployment or task set it is said of; nil for the service as a whole.
    mutating func say(_ text: String, ofTaskSet set: String? = nil) {
        service.addEvent(text, ofTaskSet: set, &context)
    }

    /// At most ten ids are named.
    func names(of ids: [String]) -> String {
        ids.prefix(10).map { "(task \($0))" }.joined(separator: " ")
    }
}
