import AWSWire

/// Meets the containers again after a restart of the agent or of the engine: what runs is left alone, what ended
/// meanwhile is reported, what is gone is said to be gone.
extension TaskMachine {
    /// How often the engine is asked for a container whose state nobody knows.
    static let surveyInterval: Duration = .seconds(10)

    /// Asks again as long as there is something to ask.
    func surveyAgain(_ actions: inout [TaskAction]) {
        guard containers.contains(where: \.isUnsure) else { return }
        actions += [.survey, .schedule(.survey, after: TaskMachine.surveyInterval)]
    }

    /// Notes which containers a survey has to name.
    /// - Returns: those that run.
    mutating func beginSurvey() -> [SurveyedContainer] {
        var running: [SurveyedContainer] = []
        for index in containers.indices {
            containers[index].isSurveyed = containers[index].id != nil || containers[index].isUnsure
            guard containers[index].phase == .running, let id = containers[index].id else { continue }
            let start = ContainerStart(
                id: id, startedAt: containers[index].startedAt ?? Timestamp(milliseconds: 0),
                bindings: containers[index].bindings)
            running.append(
                SurveyedContainer(
                    reference: reference(index), id: id, name: containers[index].engineName, state: .running(start)))
        }
        return running
    }

    mutating func adopt(_ found: [SurveyedContainer], at now: Timestamp, _ actions: inout [TaskAction]) {
        for index in containers.indices {
            if let survey = found.first(where: { $0.reference.container == containers[index].name }) {
                adopt(index, survey, at: now, &actions)
            } else if containers[index].isSurveyed || containers[index].phase == .stopped {
                miss(index, at: now)
            }
        }
        guard stoppedAt != nil else { return }
        actions.append(.schedule(.cleanUp, after: remainingRetention(at: now)))
    }

    private mutating func adopt(
        _ index: Int, _ survey: SurveyedContainer, at now: Timestamp, _ actions: inout [TaskAction]
    ) {
        let phase = containers[index].phase
        // While the engine is at work on it, its answer will come; if it broke off, this is the answer.
        let isOpen = phase < .creating || containers[index].isUnsure
        containers[index].isUnsure = false
        containers[index].id = containers[index].id ?? survey.id
        switch survey.state {
        case .created:
            if isOpen { containers[index].phase = .created }
        case .running(let start):
            if isOpen || phase == .starting {
                started(survey.reference, start, at: now, &actions)
            } else if phase == .running, !containers[index].isWatched {
                beginTimers(index, at: now, &actions)
            }
            if let health = survey.health { changeHealth(survey.reference, health, at: now) }
            // It began after all, too late.
            if phase == .stopped { stop(survey, &actions) }
        case .exited(let exit):
            if isOpen { containers[index].beginStart() }
            exited(survey.reference, exit, at: now, &actions)
        }
    }

    private func stop(_ survey: SurveyedContainer, _ actions: inout [TaskAction]) {
        let timeout = container(survey.reference.container)?.stopTimeout(settings) ?? settings.stopTimeout
        actions.append(.engine(.stop(survey.reference, id: survey.id, timeout: timeout)))
    }

    /// A container the engine does not have. One that was never created yet is still to come.
    private mutating func miss(_ index: Int, at now: Timestamp) {
        defer { containers[index].isUnsure = false }
        switch containers[index].phase {
        // It was never made: another try.
        case .creating: if containers[index].isUnsure { containers[index].phase = .pulled }
        case .running, .starting, .created:
            let reason = "ContainerVanishedError: the container is no longer known to the container engine"
            stopContainer(index, exitCode: nil, reason: reason, at: now)
            containers[index].isRemoved = true
        case .stopped: containers[index].isRemoved = true
        default: return
        }
    }

    private func remainingRetention(at now: Timestamp) -> Duration {
        guard let stoppedAt else { return settings.cleanupDelay }
        // A clock that was set back does not keep containers for longer.
        return min(settings.cleanupDelay, max(.zero, settings.cleanupDelay - (now - stoppedAt)))
    }
}
