import AWSWire
import NodeLink

/// The order of a task's containers: what waits for what, at the start and at the end.
extension TaskMachine {
    /// Whether every container can be reached: no dependency goes in circles, or to a container that is not there.
    /// The server checks that too, but a task that waits for itself would wait for ever.
    /// Source: amazon-ecs-agent, agent/engine/dependencygraph: ValidDependencies.
    var isOrderResolvable: Bool {
        var waiting = containers
        while !waiting.isEmpty {
            let names = Set(waiting.map(\.name))
            let known = Set(containers.map(\.name))
            let next = waiting.filter { container in
                !ContainerCondition.all(of: container.definition)
                    .allSatisfy { known.contains($0.container) && !names.contains($0.container) }
            }
            if next.count == waiting.count { return false }
            waiting = next
        }
        return true
    }

    /// Whether a container has to go on for another one that is on its way or runs.
    /// Source: Amazon ECS Developer Guide, container dependency: shutdown runs in reverse order.
    func isNeeded(_ name: String) -> Bool {
        containers.contains { other in
            let mayRun = other.isUnsure || (other.phase >= .creating && other.phase != .stopped)
            return mayRun && other.name != name
                && ContainerCondition.all(of: other.definition).contains { $0.container == name }
        }
    }

    /// Whether another container waits for more than this one's start.
    func isAwaited(_ name: String) -> Bool {
        containers.contains { other in
            ContainerCondition.all(of: other.definition)
                .contains { $0.container == name && ["COMPLETE", "SUCCESS", "HEALTHY"].contains($0.condition) }
        }
    }

    /// Begins to wait for what has to happen within some time of a container's start.
    ///
    /// The times are timers rather than comparisons of clocks, so that nothing happens early or late when somebody sets
    /// the clock. Only what this agent did not see start is measured by the clock, and never beyond the whole time.
    mutating func beginTimers(_ index: Int, at now: Timestamp, _ actions: inout [TaskAction]) {
        guard let startedAt = containers[index].startedAt else { return }
        containers[index].isWatched = true
        let ran = max(.zero, now - startedAt)
        let name = containers[index].name
        if let timeout = containers[index].definition.startTimeout, isAwaited(name) {
            let left = max(.zero, .seconds(timeout) - ran)
            actions.append(.schedule(.startTimeout(container: name), after: left))
        }
        if let period = containers[index].restartPeriod {
            containers[index].isRestartTimed = true
            let timer = TaskTimer.restartPeriod(container: name, restarts: containers[index].restartCount)
            actions.append(.schedule(timer, after: max(.zero, period - ran)))
        }
    }

    /// Source: Amazon ECS Developer Guide, "Restart individual containers in Amazon ECS tasks with container restart
    /// policies": not before `restartAttemptPeriod` has passed since the last start, and not for ignored exit codes.
    func restarts(_ index: Int, after exit: ContainerExit) -> Bool {
        guard !isStopRequested, let period = containers[index].restartPeriod,
            let startedAt = containers[index].startedAt
        else { return false }
        let ignored = containers[index].definition.restartPolicy?.ignoredExitCodes ?? []
        if let code = exit.exitCode, ignored.contains(code) { return false }
        if containers[index].isRestartTimed { return containers[index].mayRestart }
        return exit.finishedAt - startedAt >= period
    }
}

extension ContainerMachine {
    /// How long it has to run before it is started again; nil for a container that never is.
    /// Source: Amazon ECS API Reference, ContainerRestartPolicy: 300 s.
    var restartPeriod: Duration? {
        guard let policy = definition.restartPolicy, policy.enabled == true else { return nil }
        return .seconds(policy.restartAttemptPeriod ?? 300)
    }
}
