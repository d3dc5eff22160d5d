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
        case .volumeReady(_, let name): missingVolumes?.remove(name)
        case .volumeFailed(_, _, let failure):
            fail(failure.reason("CannotCreateVolumeError", towards: "created"), at: now)
        case .created(let reference, let id):
            guard let index = index(of: reference.container), containers[index].phase == .creating else { return }
            containers[index].id = id
            containers[index].phase = .created
        case .createFailed(let reference, let failure) where failure.kind == .unreachable:
            brokeOff(reference, .creating, &actions)
        case .createFailed(let reference, let failure):
            failed(reference, .creating, failure.reason("CannotCreateContainerError", towards: "created"), at: now)
        case .started(let reference, let start): started(reference, start, &actions)
        case .startFailed(let reference, let failure) where failure.kind == .unreachable:
            brokeOff(reference, .starting, &actions)
        case .startFailed(let reference, let failure):
            failed(reference, .starting, failure.reason("CannotStartContainerError", towards: "started"), at: now)
        case .exited(let reference, let exit): exited(reference, exit, &actions)
        case .stopFailed(let reference, let failure): stopFailed(reference, failure, at: now, &actions)
        case .health(let reference, let health): changeHealth(reference, health, at: now)
        case .removed(let reference): removed(reference, &actions)
        case .removeFailed(let reference, _):
            // Tried again after the same time; an absent engine should not make this busy.
            guard let index = index(of: reference.container) else { return }
            containers[index].isRemoving = false
            actions.append(.schedule(.cleanUp, after: .seconds(60)))
        case .surveyed, .lost, .found: return
        }
    }

    private mutating func pulled(_ reference: ContainerReference, _ digest: String?, at now: Timestamp) {
        guard let index = index(of: reference.container), containers[index].phase == .pulling else { return }
        containers[index].phase = .pulled
        containers[index].imageDigest = digest
        pullStoppedAt = now
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

    mutating func started(_ reference: ContainerReference, _ start: ContainerStart, _ actions: inout [TaskAction]) {
        guard let index = index(of: reference.container), containers[index].phase < .running else { return }
        let isRestart = containers[index].hasRun
        containers[index].start(start)
        if task.networkMode == "host" { containers[index].bindings = hostBindings(containers[index].definition) }
        // Restarts in place are not reported. Source: amazon-ecs-agent, restart policies.
        if !isRestart { outbox.add(containers[index].report(as: .running)) }
        guard let timeout = containers[index].definition.startTimeout, isAwaited(containers[index].name) else { return }
        actions.append(.schedule(.startTimeout(container: containers[index].name), after: .seconds(timeout)))
    }

    /// Whether another container waits for more than this one's start.
    /// In the host's network the engine publishes nothing: the container's ports are the host's.
    private func hostBindings(_ container: ACS.Container) -> [NetworkBinding] {
        (container.portMappings ?? []).compactMap { mapping in
            guard let port = mapping.containerPort else { return nil }
            return NetworkBinding(
                bindIP: "0.0.0.0", containerPort: port, hostPort: port, protocol: mapping.protocol ?? "tcp")
        }
    }

    private func isAwaited(_ name: String) -> Bool {
        containers.contains { other in
            ContainerCondition.all(of: other.definition)
                .contains { $0.container == name && ["COMPLETE", "SUCCESS", "HEALTHY"].contains($0.condition) }
        }
    }

    mutating func exited(_ reference: ContainerReference, _ exit: ContainerExit, _ actions: inout [TaskAction]) {
        guard let index = index(of: reference.container), containers[index].phase >= .starting,
            containers[index].phase != .stopped, containers[index].id == exit.id
        else { return }
        if containers[index].phase == .starting {
            // It was over before the engine's answer to `start` came. If that was the last one, the task did run.
            started(reference, ContainerStart(id: exit.id, startedAt: exit.finishedAt), &actions)
            actions += outbox.next(self)
        }
        if restarts(index, after: exit) {
            containers[index].beginStart()
            containers[index].restartCount += 1
            actions.append(.engine(.start(reference, id: exit.id)))
            return
        }
        let reason = exit.isOutOfMemory ? "OutOfMemoryError: Container killed due to memory usage" : nil
        stopContainer(index, exitCode: exit.exitCode, reason: reason, at: exit.finishedAt)
    }

    /// Source: Amazon ECS Developer Guide, "Restart individual containers in Amazon ECS tasks with container restart
    /// policies": not before `restartAttemptPeriod` (300 s) has passed, and not for ignored exit codes.
    private func restarts(_ index: Int, after exit: ContainerExit) -> Bool {
        guard !isStopRequested, let policy = containers[index].definition.restartPolicy, policy.enabled == true,
            let startedAt = containers[index].startedAt
        else { return false }
        if let code = exit.exitCode, policy.ignoredExitCodes?.contains(code) == true { return false }
        return exit.finishedAt - startedAt >= .seconds(policy.restartAttemptPeriod ?? 300)
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
        guard containers.allSatisfy(\.isRemoved) else { return }
        for name in volumes.owned { actions.append(.engine(.removeVolume(name: name))) }
    }
}
