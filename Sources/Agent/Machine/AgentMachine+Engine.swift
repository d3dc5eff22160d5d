import AWSWire
import NodeLink

/// What the engine's events mean for the agent.
extension AgentMachine {
    mutating func take(_ event: EngineEvent, at now: Timestamp) -> [AgentAction] {
        switch event {
        case .found:
            runtime.change(to: .ok, at: now)
            return [.engine(survey())] + publishStatus(at: now)
        case .lost(let reason):
            runtime.change(to: .impaired(reason), at: now)
            return publishStatus(at: now)
        case .surveyed(let containers): return meet(containers, at: now)
        case .pulling(let pulls):
            return takesPulls ? [.send(.pulls(ACS.RoostPullsMessage(pulls: pulls.map(\.shape))))] : []
        case .surveyFailed:
            // An engine that comes back is asked again anyhow; this is for one that answers everything else.
            guard !isSurveyDue else { return [] }
            isSurveyDue = true
            return [.schedule(.survey, after: TaskMachine.surveyInterval)]
        default:
            guard let task = event.task else { return [] }
            return apply(.engine(event), to: task, at: now)
        }
    }

    /// Asks what the engine has. Containers made from now on need not be in the answer.
    mutating func survey() -> EngineAction {
        var known: [SurveyedContainer] = []
        for arn in tasks.keys.sorted() { known += tasks[arn]?.beginSurvey() ?? [] }
        return .survey(known: known)
    }

    /// Gives every task its containers back, and removes those of tasks nobody knows: the agent ended before the task
    /// was made durable, so the server was never told that it is here.
    private mutating func meet(_ containers: [SurveyedContainer], at now: Timestamp) -> [AgentAction] {
        let found = Dictionary(grouping: containers) { $0.reference.task }
        var actions: [AgentAction] = []
        for arn in tasks.keys.sorted() { actions += apply(.surveyed(found[arn] ?? []), to: arn, at: now) }
        for arn in found.keys.sorted() where tasks[arn] == nil {
            for orphan in found[arn] ?? [] { actions.append(.engine(.remove(orphan.reference, id: orphan.id))) }
        }
        return actions
    }
}

// MARK: Images

extension AgentMachine {
    func scheduleImageCleanUp() -> [AgentAction] {
        settings.imageCleanUpInterval.map { [.schedule(.images, after: $0)] } ?? []
    }

    /// The images of all tasks that are not over, each once, in order. Ended containers need none: they are not
    /// created again, and the engine keeps what those that are still there are made of.
    var neededImages: [String] {
        let open = tasks.values.filter { !$0.isStopped }
        return Set(open.flatMap { $0.containers.compactMap(\.definition.image) }).sorted()
    }
}

extension PullState {
    fileprivate var shape: ACS.RoostPull { ACS.RoostPull(image: image, bytes: bytes, total: total) }
}

extension EngineEvent {
    /// The task it is about; nil for events about the engine.
    var task: String? {
        switch self {
        case .pulled(let reference, _), .pullFailed(let reference, _), .created(let reference, _),
            .createFailed(let reference, _), .started(let reference, _), .startFailed(let reference, _),
            .began(let reference, _), .exited(let reference, _), .stopFailed(let reference, _),
            .health(let reference, _),
            .removed(let reference), .removeFailed(let reference, _):
            reference.task
        case .volumeReady(let task, _), .volumeFailed(let task, _, _), .groupReady(let task, _),
            .groupFailed(let task, _), .attached(let task), .attachFailed(let task, _):
            task
        case .surveyed, .surveyFailed, .pulling, .lost, .found: nil
        }
    }
}
