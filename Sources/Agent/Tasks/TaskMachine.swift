import AWSWire
import NodeLink

/// One task on its instance, from the payload to the removal of its containers.
///
/// Pure: events in, actions out. It never asks for the time and never waits. Whoever holds it acts, and comes back with
/// events; events may be late, repeated or about things that are over.
///
/// Containers go waiting → pulled → created → running → stopped, each as soon as its conditions allow. The task is
/// reported RUNNING once every container runs (or ran), and STOPPED once all have ended. An essential container that
/// ends stops the others.
/// Source: amazon-ecs-agent, agent/engine/task_manager.go. Observed: Fixtures/api-task-*.json.
package struct TaskMachine: Sendable {
    package let task: ACS.Task
    let settings: TaskSettings
    let volumes: TaskVolumes
    var containers: [ContainerMachine]
    /// What has still to be made before a container can be created; nil until the engine was asked.
    var missing: Set<TaskResource>?
    /// How the task's limits are kept; nil for a task without limits, and until the engine has answered.
    var enforcement: TaskLimits.Enforcement?
    /// The task's network interface; nil for tasks without, and for those whose interface cannot be used.
    let interface: TaskInterface?
    /// What is wrong with it.
    let interfaceProblem: String?
    /// How far it is.
    var attachment = InterfacePhase.waiting
    /// What the containers' secrets are. In memory only: an agent that is started anew looks them up again.
    var secrets: [SecretLookUp: String] = [:]
    /// Whom private registries are told, by where that is kept. In memory only, too.
    var registryCredentials: [SecretLookUp: RegistryCredential] = [:]
    /// Whether the journal has the task. No container is created before: after a crash nobody would know it, while the
    /// server, whose order was not acknowledged, would order another one.
    var isKept = false
    /// Whether the task has to stop.
    package internal(set) var isStopRequested = false
    /// Why the task as a whole failed.
    var reason = ""
    var pullStartedAt: Timestamp?
    var pullStoppedAt: Timestamp?
    var executionStoppedAt: Timestamp?
    var stoppedAt: Timestamp?
    var outbox = ReportOutbox()
    private var areResourcesRemoved = false
    /// Whether a container ended since the journal was last told.
    var hasLost = false

    /// A task just arrived.
    /// - Parameter random: names the containers.
    package init(_ task: ACS.Task, _ settings: TaskSettings, random: inout SeededRandom) {
        self.task = task
        self.settings = settings
        (interface, interfaceProblem) = TaskMachine.interface(of: task, settings)
        let names = EngineNames(task)
        volumes = TaskVolumes(task, names, settings, &random)
        containers = task.effectiveContainers.map { definition in
            ContainerMachine(definition: definition, engineName: names.container(definition.name ?? "", &random))
        }
    }

    /// - Returns: the task's interface, or what is wrong with it.
    static func interface(of task: ACS.Task, _ settings: TaskSettings) -> (TaskInterface?, String?) {
        do throws(TaskInterfaceProblem) {
            var interface = try task.readInterface()
            interface?.blocksInstanceMetadata = settings.blocksInstanceMetadata
            return (interface, nil)
        } catch {
            return (nil, error.text)
        }
    }

    /// The task's ARN.
    package var arn: String { task.arn ?? "" }
    /// Whether every container has ended.
    package var isStopped: Bool { containers.allSatisfy { $0.phase == .stopped } }
    /// Whether any container runs.
    package var isRunning: Bool { containers.contains { $0.phase == .running } }

    /// Takes an event over.
    /// - Returns: what to do now, in this order.
    package mutating func handle(_ event: TaskEvent, at now: Timestamp) -> [TaskAction] {
        var actions: [TaskAction] = []
        switch event {
        case .accepted: accept(at: now, &actions)
        case .kept: isKept = true
        case .stopRequested:
            guard !isStopRequested else { break }
            isStopRequested = true
            actions.append(.save)
        case .engine(let event): take(event, at: now, &actions)
        case .surveyed(let found): adopt(found, at: now, &actions)
        case .reported:
            outbox.succeeded()
            actions.append(.save)
        case .reportFailed(let isFinal): actions += outbox.failed(isFinal: isFinal)
        case .found(let values): take(values, at: now, &actions)
        case .notFound(let failure): fail(failure.reason, at: now)
        case .timer(let timer): take(timer, at: now, &actions)
        }
        noteLoss(&actions)
        advance(at: now, &actions)
        noteLoss(&actions)
        return actions
    }

    /// Why something ended is written down before anything is done about it: what follows hides the cause.
    private mutating func noteLoss(_ actions: inout [TaskAction]) {
        if hasLost { actions.append(.save) }
        hasLost = false
    }

    private mutating func accept(at now: Timestamp, _ actions: inout [TaskAction]) {
        actions.append(.save)
        guard let problem = unsupported else { return }
        fail(problem, at: now)
    }

    /// What the task asks for and this agent cannot do.
    private var unsupported: String? {
        guard isOrderResolvable else {
            return "TaskDependencyError: Task dependencies cannot be resolved, taskArn: \(arn)"
        }
        let network = task.hasInterface ? settings.interfaceProblem : nil
        let problem = interfaceProblem ?? network ?? volumes.unsupported ?? task.limitProblem
        return problem.map { "ResourceInitializationError: \($0)" }
    }

    /// Takes over what was looked up.
    private mutating func take(
        _ values: [SecretLookUp: String], at now: Timestamp, _ actions: inout [TaskAction]
    ) {
        secrets = values
        do throws(SecretFailure) {
            for lookUp in task.registryLookUps {
                registryCredentials[lookUp] = try RegistryCredential(secret: values[lookUp] ?? "")
            }
            for mount in try volumes.mounts(values) { actions.append(.engine(.createVolume(task: arn, mount))) }
            missing?.remove(.secrets)
        } catch {
            fail(error.reason, at: now)
        }
    }

    /// Ends the task before anything runs.
    mutating func fail(_ reason: String, at now: Timestamp) {
        self.reason = self.reason.isEmpty ? reason : self.reason
        isStopRequested = true
    }

    private mutating func take(_ timer: TaskTimer, at now: Timestamp, _ actions: inout [TaskAction]) {
        switch timer {
        case .report: actions += outbox.retry()
        case .startTimeout(let name): giveUpWaiting(for: name, at: now)
        case .restartPeriod(let name, let restarts):
            guard let index = index(of: name), containers[index].restartCount == restarts else { return }
            containers[index].mayRestart = true
        case .stop(let name):
            if let index = index(of: name) { containers[index].isStopping = false }
        case .cleanUp: removeContainers(&actions)
        case .survey: surveyAgain(&actions)
        }
    }

    /// Whoever waits for the container stops waiting, and with it the task.
    private mutating func giveUpWaiting(for name: String, at now: Timestamp) {
        for index in containers.indices where containers[index].phase < .creating && !containers[index].isUnsure {
            let waits = ContainerCondition.all(of: containers[index].definition)
                .contains { $0.container == name && container($0.container)?.satisfies($0.condition) != true }
            guard waits else { continue }
            let text = "dependency graph: container ordering dependency [\(name)] for target "
            let why = "CannotStartContainerError: \(text)[\(containers[index].name)] has timed out."
            stopContainer(index, exitCode: nil, reason: why, at: now)
            isStopRequested = true
        }
    }

    private mutating func removeContainers(_ actions: inout [TaskAction]) {
        guard isStopped else { return }
        defer { removeResources(&actions) }
        for index in containers.indices where !containers[index].isRemoved && !containers[index].isRemoving {
            if let id = containers[index].id {
                containers[index].isRemoving = true
                actions.append(.engine(.remove(reference(index), id: id)))
            } else {
                containers[index].isRemoved = true
            }
        }
    }

    /// What was made for the task goes after its containers.
    mutating func removeResources(_ actions: inout [TaskAction]) {
        guard !areResourcesRemoved, containers.allSatisfy(\.isRemoved) else { return }
        areResourcesRemoved = true
        for name in volumes.owned { actions.append(.engine(.removeVolume(name: name))) }
        if TaskLimits(task) != nil { actions.append(.engine(.removeGroup(task: arn))) }
    }

    func index(of name: String) -> Int? { containers.firstIndex { $0.name == name } }
    func container(_ name: String) -> ContainerMachine? { containers.first { $0.name == name } }

    func reference(_ index: Int) -> ContainerReference {
        ContainerReference(task: arn, container: containers[index].name)
    }
}

/// Something of a task that its containers need before they are created.
enum TaskResource: Hashable, Sendable {
    case volume(String)
    /// The control group that keeps its limits.
    case group
    /// The values of its secrets.
    case secrets
}
