import AWSWire
import NodeLink

/// What the engine's events mean for a task.
extension TaskMachine {
    mutating func take(_ event: EngineEvent, at now: Timestamp, _ actions: inout [TaskAction]) {
        switch event {
        case .pulled(let reference, let digest): pulled(reference, digest, at: now)
        case .pullFailed(let reference, let failure):
            pullStoppedAt = now
            failed(reference, .pulling, failure.reason("CannotPullContainerError", towards: "pulled"), at: now)
        case .volumeReady(_, let name): missing?.remove(.volume(name))
        case .groupReady(_, let enforcement):
            self.enforcement = enforcement
            missing?.remove(.group)
        case .groupFailed(_, let failure):
            fail("ResourceInitializationError: \(failure.message)", at: now)
        case .volumeFailed(_, _, let failure):
            fail(failure.reason("CannotCreateVolumeError", towards: "created"), at: now)
        case .attached:
            guard attachment == .attaching else { return }
            attachment = .attached
            actions.append(.save)
        case .attachFailed(_, let failure): attachFailed(failure, at: now, &actions)
        case .created(let reference, let id):
            guard let index = index(of: reference.container), containers[index].phase == .creating else { return }
            containers[index].id = id
            containers[index].phase = .created
        case .createFailed(let reference, let failure) where failure.kind == .unreachable:
            brokeOff(reference, .creating, &actions)
        case .createFailed(let reference, let failure) where failure.kind == .missing && lostImage(reference): return
        case .createFailed(let reference, let failure):
            failed(reference, .creating, failure.reason("CannotCreateContainerError", towards: "created"), at: now)
        case .started(let reference, let start): started(reference, start, at: now, &actions)
        case .startFailed(let reference, let failure) where failure.kind == .unreachable:
            brokeOff(reference, .starting, &actions)
        case .startFailed(let reference, let failure):
            stopLate(reference, failure, &actions)
            failed(reference, .starting, failure.reason("CannotStartContainerError", towards: "started"), at: now)
        case .began(let reference, let id): stopAgain(reference, id, &actions)
        case .exited(let reference, let exit): exited(reference, exit, at: now, &actions)
        case .stopFailed(let reference, let failure): stopFailed(reference, failure, at: now, &actions)
        case .health(let reference, let health): changeHealth(reference, health, at: now)
        case .removed(let reference): removed(reference, &actions)
        case .removeFailed(let reference, _):
            // Tried again after the same time; an absent engine should not make this busy.
            guard let index = index(of: reference.container) else { return }
            containers[index].isRemoving = false
            actions.append(.schedule(.cleanUp, after: .seconds(60)))
        case .surveyed, .surveyFailed, .pulling, .lost, .found: return
        }
    }

    private mutating func pulled(_ reference: ContainerReference, _ digest: String?, at now: Timestamp) {
        guard let index = index(of: reference.container), containers[index].phase == .pulling else { return }
        containers[index].phase = .pulled
        containers[index].imageDigest = digest
        pullStoppedAt = now
    }

    /// The image went between its pull and now, by hand or by another agent of the engine: it is pulled once more.
    /// - Returns: false when that was done before.
    private mutating func lostImage(_ reference: ContainerReference) -> Bool {
        guard let index = index(of: reference.container), containers[index].phase == .creating,
            !containers[index].hasLostImage
        else { return false }
        containers[index].hasLostImage = true
        containers[index].phase = .waiting
        return true
    }

    private mutating func failed(
        _ reference: ContainerReference, _ phase: ContainerMachine.Phase, _ reason: String, at now: Timestamp
    ) {
        guard let index = index(of: reference.container), containers[index].phase == phase else { return }
        stopContainer(index, exitCode: nil, reason: reason, at: now)
    }

    /// The engine went away before it answered. The container may be there, or may even run, so the task cannot be said
    /// to have failed.
    private mutating func brokeOff(
        _ reference: ContainerReference, _ phase: ContainerMachine.Phase, _ actions: inout [TaskAction]
    ) {
        guard let index = index(of: reference.container), containers[index].phase == phase else { return }
        containers[index].isUnsure = true
        // An engine that comes back is surveyed anyway; this is for a single connection that broke.
        actions.append(.schedule(.survey, after: TaskMachine.surveyInterval))
    }

    /// The engine was too slow with a start, which may come about after all.
    /// Source: amazon-ecs-agent, agent/engine/task_manager.go: a container that timed out on its start is stopped.
    private func stopLate(_ reference: ContainerReference, _ failure: EngineFailure, _ actions: inout [TaskAction]) {
        guard case .timeout = failure.kind, let container = container(reference.container), let id = container.id,
            container.phase == .starting
        else { return }
        actions.append(.engine(.stop(reference, id: id, timeout: container.stopTimeout(settings))))
    }

    /// Somebody started a container that had ended. Its task is over or went on without it, so it is stopped.
    /// Source: amazon-ecs-agent, agent/engine/task_manager.go: handleStoppedToRunningContainerTransition.
    private func stopAgain(_ reference: ContainerReference, _ id: String, _ actions: inout [TaskAction]) {
        guard let container = container(reference.container), container.phase == .stopped, container.id == id else {
            return
        }
        actions.append(.engine(.stop(reference, id: id, timeout: container.stopTimeout(settings))))
    }

    mutating func started(
        _ reference: ContainerReference, _ start: ContainerStart, at now: Timestamp, _ actions: inout [TaskAction]
    ) {
        guard let index = index(of: reference.container), containers[index].phase < .running else { return }
        let before = containers[index].hasRun ? containers[index].bindings : nil
        var start = start
        start.bindings = bindings(start.bindings, of: containers[index].definition)
        containers[index].start(start)
        beginTimers(index, at: now, &actions)
        guard !containers[index].isInternal else { return }
        // Restarts in place are not reported, unless the engine published other ports than before.
        // Source: amazon-ecs-agent, restart policies.
        if before != containers[index].bindings { outbox.add(containers[index].report(as: .running)) }
    }

    /// What the server is told of a container's ports.
    private func bindings(_ published: [NetworkBinding], of container: ACS.Container) -> [NetworkBinding] {
        if task.networkMode == "host" { return hostBindings(container) }
        return (container.portMappings ?? []).compactMap(\.portRange).reduce(published) { $0.joined(by: $1) }
    }

    /// In the host's network the engine publishes nothing: the container's ports are the host's.
    private func hostBindings(_ container: ACS.Container) -> [NetworkBinding] {
        (container.portMappings ?? []).compactMap { mapping in
            guard let port = mapping.containerPort else { return nil }
            return NetworkBinding(
                bindIP: "0.0.0.0", containerPort: port, hostPort: port, protocol: mapping.protocol ?? "tcp")
        }
    }

    mutating func exited(
        _ reference: ContainerReference, _ exit: ContainerExit, at now: Timestamp, _ actions: inout [TaskAction]
    ) {
        guard let index = index(of: reference.container), containers[index].phase >= .starting,
            containers[index].phase != .stopped, containers[index].id == exit.id
        else { return }
        if containers[index].phase == .starting {
            // It was over before the engine's answer to `start` came. If that was the last one, the task did run.
            started(reference, ContainerStart(id: exit.id, startedAt: exit.finishedAt), at: now, &actions)
            actions += outbox.next(self)
        }
        if restarts(index, after: exit) {
            containers[index].beginStart()
            containers[index].restartCount += 1
            actions += [.engine(.start(reference, id: exit.id)), .save]
            return
        }
        if containers[index].holdsNetwork, !isStopRequested {
            fail("ContainerNetworkingError: the container that holds the task's network has ended", at: now)
        }
        let reason = exit.isOutOfMemory ? "OutOfMemoryError: Container killed due to memory usage" : nil
        stopContainer(index, exitCode: exit.exitCode, reason: reason, at: exit.finishedAt)
    }

    /// The official agent tries five times.
    private mutating func stopFailed(
        _ reference: ContainerReference, _ failure: EngineFailure, at now: Timestamp, _ actions: inout [TaskAction]
    ) {
        guard let index = index(of: reference.container), containers[index].phase == .running else { return }
        if failure.kind == .missing {
            let reason = "ContainerVanishedError: \(failure.message)"
            return stopContainer(index, exitCode: nil, reason: reason, at: now)
        }
        containers[index].stopAttempts += 1
        let wait = Duration.milliseconds(250 << min(containers[index].stopAttempts, 8))
        actions.append(.schedule(.stop(container: reference.container), after: wait))
    }

    mutating func changeHealth(_ reference: ContainerReference, _ health: ContainerHealth, at now: Timestamp) {
        guard let index = index(of: reference.container), containers[index].health != health else { return }
        containers[index].health = health
        containers[index].healthSince = now
    }

    private mutating func removed(_ reference: ContainerReference, _ actions: inout [TaskAction]) {
        guard let index = index(of: reference.container) else { return }
        containers[index].isRemoved = true
        removeResources(&actions)
    }
}
