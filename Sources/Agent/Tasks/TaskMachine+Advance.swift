import AWSWire
import NodeLink

/// The next steps of a task, whatever happened: what the containers' states and conditions allow now.
extension TaskMachine {
    mutating func advance(at now: Timestamp, _ actions: inout [TaskAction]) {
        if !isStopRequested {
            prepareResources(&actions)
            for index in containers.indices { forward(index, at: now, &actions) }
            attach(&actions)
        }
        // A step above may have found that the task cannot go on.
        if isStopRequested {
            // Those that do not run yet end at once, and then nobody needs the others any more.
            for index in containers.indices where containers[index].phase != .running {
                wind(down: index, at: now, &actions)
            }
            for index in containers.indices { wind(down: index, at: now, &actions) }
        }
        noteStop(at: now, &actions)
        actions += outbox.next(self)
        guard stoppedAt != nil, outbox.isEmpty, containers.allSatisfy(\.isRemoved) else { return }
        removeResources(&actions)
        actions.append(.finished)
    }

    /// Asks for what has to be there before a container can be created. Making it twice is harmless.
    private mutating func prepareResources(_ actions: inout [TaskAction]) {
        guard missing == nil, containers.contains(where: { $0.phase < .creating && !$0.isUnsure }) else { return }
        missing = Set(volumes.created.map { .volume($0.name) } + volumes.shares.map { .volume($0.source) })
        for volume in volumes.created { actions.append(.engine(.createVolume(task: arn, volume))) }
        let lookUps = Set(task.lookUps + volumes.shares.map(\.lookUp)).sorted()
        if !lookUps.isEmpty {
            missing?.insert(.secrets)
            actions.append(.lookUp(lookUps))
        }
        guard let limits = TaskLimits(task), enforcement == nil else { return }
        missing?.insert(.group)
        actions.append(.engine(.createGroup(task: arn, limits)))
    }

    /// One step of a container towards running.
    private mutating func forward(_ index: Int, at now: Timestamp, _ actions: inout [TaskAction]) {
        guard !containers[index].isUnsure else { return }
        switch containers[index].phase {
        case .waiting: pull(index, at: now, &actions)
        case .pulled: createWhenReady(index, at: now, &actions)
        case .created:
            guard mayStart(index), let id = containers[index].id else { return }
            containers[index].beginStart()
            actions.append(.engine(.start(reference(index), id: id)))
        default: return
        }
    }

    /// An image of a private registry waits for the credentials.
    private mutating func pull(_ index: Int, at now: Timestamp, _ actions: inout [TaskAction]) {
        let definition = containers[index].definition
        guard definition.registryLookUp == nil || missing?.contains(.secrets) == false else { return }
        containers[index].phase = .pulling
        pullStartedAt = pullStartedAt ?? now
        let credential = definition.registryLookUp.flatMap { registryCredentials[$0] }
        actions.append(.engine(.pull(reference(index), image: definition.image ?? "", credential: credential)))
    }

    private mutating func createWhenReady(_ index: Int, at now: Timestamp, _ actions: inout [TaskAction]) {
        guard isKept, missing?.isEmpty == true else { return }
        var isReady = true
        for condition in ContainerCondition.all(of: containers[index].definition) {
            switch container(condition.container).flatMap({ $0.satisfies(condition.condition) }) {
            case true?: continue
            case false?: isReady = false
            case nil:
                neverReady(index, condition.container, at: now)
                return
            }
        }
        guard isReady else { return }
        containers[index].phase = .creating
        actions.append(.engine(.create(reference(index), creation(index))))
    }

    /// Source: observed, Fixtures/api-task-stopped-dependency-failed.json.
    private mutating func neverReady(_ index: Int, _ dependency: String, at now: Timestamp) {
        let graph = "dependency graph: failed to resolve container ordering dependency [\(dependency)]"
        let why = "\(graph) for target [\(containers[index].name)] because dependency will never start"
        stopContainer(index, exitCode: nil, reason: "CannotStartContainerError: \(why)", at: now)
        isStopRequested = true
    }

    private func creation(_ index: Int) -> ContainerCreation {
        let names = Dictionary(containers.map { ($0.name, $0.engineName) }) { first, _ in first }
        return ContainerCreation(
            containers[index].definition, of: task, engineNames: names, volumes: volumes, enforcement: enforcement,
            secrets: secrets, settings: settings)
    }

    /// One step of a container towards its end. Those that others depend on end after them.
    private mutating func wind(down index: Int, at now: Timestamp, _ actions: inout [TaskAction]) {
        guard !containers[index].isUnsure else { return }
        switch containers[index].phase {
        case .waiting, .pulled, .created: stopContainer(index, exitCode: nil, reason: nil, at: now)
        case .running:
            guard !containers[index].isStopping, let id = containers[index].id else { return }
            guard !isNeeded(containers[index].name) else { return }
            containers[index].isStopping = true
            let timeout = containers[index].stopTimeout(settings)
            actions.append(.engine(.stop(reference(index), id: id, timeout: timeout)))
        // The engine is at work on it; its answer comes first.
        case .pulling, .creating, .starting, .stopped: return
        }
    }

    /// Takes over that a container ended or will never run, and what follows for the task.
    mutating func stopContainer(_ index: Int, exitCode: Int?, reason: String?, at time: Timestamp) {
        guard containers[index].phase != .stopped else { return }
        containers[index].stop(exitCode: exitCode, reason: reason, at: time)
        hasLost = true
        if containers[index].isInternal {
            if let reason { self.reason = self.reason.isEmpty ? "ResourceInitializationError: \(reason)" : self.reason }
        } else {
            outbox.add(containers[index].report(as: .stopped))
        }
        guard containers[index].isEssential else { return }
        executionStoppedAt = executionStoppedAt ?? time
        isStopRequested = true
    }

    private mutating func noteStop(at now: Timestamp, _ actions: inout [TaskAction]) {
        guard isStopped, stoppedAt == nil else { return }
        stoppedAt = now
        executionStoppedAt = executionStoppedAt ?? now
        actions.append(.save)
        if let interface, attachment != .waiting { actions.append(.engine(.detach(task: arn, interface))) }
        actions.append(.schedule(.cleanUp, after: settings.cleanupDelay))
    }
}
