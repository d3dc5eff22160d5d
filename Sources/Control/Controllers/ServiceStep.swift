import AWSModels
import AWSWire
import Scheduling
import State

/// Turns the decision about a service into changes: tasks to start and stop, deployments, events.
struct ServiceStep {
    private var transaction: Transaction
    private var context: DecisionContext
    private var service: ServiceRecord
    private let original: ServiceRecord
    private var wakeAt: Timestamp?

    init(_ service: ServiceRecord, _ snapshot: Snapshot, _ context: DecisionContext) {
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

    /// - Parameter instances: the instances that get a task each, for a daemon; nil to place by strategy.
    mutating func carryOut(_ decision: ServiceDecision, on instances: [String]?) {
        wakeAt = decision.wakeAt
        stop(decision.stop)
        start(decision.start, on: instances)
        finish(decision)
        if service != original { transaction.put(service) }
    }

    // MARK: Stopping

    private mutating func stop(_ stops: [TaskStop]) {
        var running: [String] = []
        var pending = 0
        for stop in stops {
            guard var task = transaction.get(TaskRecord.key(service.cluster, stop.id)) else { continue }
            let status = task.lastStatus
            if status < .running { pending += 1 } else { running.append(stop.id) }
            task.requestStop(.serviceSchedulerInitiated, stop.reason, at: context.now)
            transaction.store(task, was: status, at: context.now)
        }
        if !running.isEmpty { say("has stopped \(running.count) running tasks: \(names(of: running)).") }
        if pending > 0 { say("stopped \(pending) pending tasks.") }
    }

    // MARK: Starting

    private mutating func start(_ count: Int, on instances: [String]?) {
        guard count > 0, let deployment = service.primary,
            let definition = transaction.get(TaskDefinitionRecord.key(deployment.family, deployment.revision))
        else { return }
        let blueprint = blueprint(for: deployment, definition)
        var started: [String] = []
        var failure: [RefusedInstance]?
        for index in 0..<count {
            switch placement(of: blueprint, on: instances?[index]) {
            case .placed(let instance):
                let task = makeTask(blueprint, on: instance, &context)
                transaction.put(task)
                started.append(task.id)
            case .failed(let refused): failure = refused
            }
            if failure != nil, instances == nil { break }
        }
        if !started.isEmpty { say("has started \(started.count) tasks: \(names(of: started)).") }
        note(failure)
    }

    private func blueprint(for deployment: DeploymentState, _ definition: TaskDefinitionRecord) -> TaskBlueprint {
        var blueprint = TaskBlueprint(request: TaskRequest(service, definition))
        blueprint.launchType = deployment.launchType ?? .ec2
        blueprint.startedBy = deployment.id
        blueprint.service = service.name
        blueprint.deployment = deployment.id
        blueprint.networkConfiguration = deployment.networkConfiguration
        blueprint.enableExecuteCommand = service.settings.enableExecuteCommand
        blueprint.tags = propagatedTags(to: service, definition)
        return blueprint
    }

    private mutating func placement(of blueprint: TaskBlueprint, on instanceID: String?) -> Placement {
        guard let instanceID else { return place(blueprint.request, in: transaction.snapshot, &context) }
        let key = ContainerInstanceRecord.key(service.cluster, instanceID)
        guard let instance = transaction.get(key) else { return .failed([]) }
        if let failure = refusal(of: instance, for: blueprint.request, in: transaction.snapshot) {
            return .failed([RefusedInstance(instance: key, failure: failure)])
        }
        return .placed(instance)
    }

    // MARK: Concluding

    private mutating func note(_ refused: [RefusedInstance]?) {
        guard let refused else {
            service.lastPlacementFailure = nil
            return
        }
        let text = placementFailureEvent(refused)
        let retry = context.now.advanced(by: ServiceController.placementRetry)
        wakeAt = min(wakeAt ?? retry, retry)
        guard service.lastPlacementFailure != text else { return }
        say(text)
        service.lastPlacementFailure = text
    }

    private mutating func finish(_ decision: ServiceDecision) {
        if decision.becomesInactive { return becomeInactive() }
        if decision.completes, let id = service.primary?.id {
            service.deployments.removeAll { decision.finished.contains($0.id) }
            service.changePrimary { deployment in
                deployment.rolloutState = .completed
                deployment.rolloutStateReason = "ECS deployment \(deployment.id) completed."
                deployment.updatedAt = context.now
            }
            say("(deployment \(id)) deployment completed.")
        }
        if decision.isSteady, !service.isSteady { say("has reached a steady state.") }
        service.isSteady = decision.isSteady
        if decision.isStuck { sayStuck() }
    }

    private mutating func becomeInactive() {
        service.status = .inactive
        service.deletedAt = context.now
    }

    private mutating func sayStuck() {
        let text =
            "was unable to stop or start tasks during a deployment because of the service deployment "
            + "configuration. Update the minimumHealthyPercent or maximumPercent value and try again."
        guard service.lastPlacementFailure != text else { return }
        say(text)
        service.lastPlacementFailure = text
    }

    private mutating func say(_ text: String) {
        service.addEvent(text, &context)
    }

    /// At most ten ids are named.
    private func names(of ids: [String]) -> String {
        ids.prefix(10).map { "(task \($0))" }.joined(separator: " ")
    }
}
