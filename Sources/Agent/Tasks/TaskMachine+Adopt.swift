import AWSWire

/// Meets the containers again after a restart of the agent or of the engine: what runs is left alone, what ended
/// meanwhile is reported, what is gone is said to be gone.
extension TaskMachine {
    /// Notes which containers a survey has to name.
    /// - Returns: those that run.
    mutating func beginSurvey() -> [SurveyedContainer] {
        var running: [SurveyedContainer] = []
        for index in containers.indices {
            containers[index].isSurveyed = containers[index].id != nil
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
                adopt(index, survey, &actions)
            } else if containers[index].isSurveyed || containers[index].phase == .stopped {
                miss(index, at: now)
            }
        }
        guard stoppedAt != nil else { return }
        actions.append(.schedule(.cleanUp, after: remainingRetention(at: now)))
    }

    private mutating func adopt(_ index: Int, _ survey: SurveyedContainer, _ actions: inout [TaskAction]) {
        let phase = containers[index].phase
        containers[index].id = containers[index].id ?? survey.id
        switch survey.state {
        case .created:
            // While the engine is at work on it, its answer will come.
            if phase < .creating { containers[index].phase = .created }
        case .running(let start):
            if phase < .creating || phase == .starting { started(survey.reference, start, &actions) }
        case .exited(let exit):
            if phase < .creating { containers[index].phase = .starting }
            exited(survey.reference, exit, &actions)
        }
    }

    /// A container the engine does not have. One that was never created yet is still to come.
    private mutating func miss(_ index: Int, at now: Timestamp) {
        switch containers[index].phase {
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
        return max(.zero, settings.cleanupDelay - (now - stoppedAt))
    }
}
