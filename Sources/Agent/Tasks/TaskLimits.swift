import NodeLink

/// What the containers of a task may use together.
/// Source: Amazon ECS Developer Guide, task definition parameters: task size.
package struct TaskLimits: Sendable, Equatable {
    /// Cores, at least the kernel's smallest quota; nil for no limit.
    package var cores: Double?
    /// Mebibytes; nil for no limit.
    package var memoryMiB: Int?

    /// How the containers of a task are held to its limits.
    package enum Enforcement: Sendable, Equatable {
        /// By a control group of the host that all of them are in.
        case group(parent: String)
        /// The host has no control groups for the agent: each container alone stays within the task's limits.
        case each
    }

    package init(cores: Double?, memoryMiB: Int?) {
        self.cores = cores
        self.memoryMiB = memoryMiB
    }

    /// Nil for a task without limits.
    init?(_ task: ACS.Task) {
        cores = task.cpu.flatMap { $0 > 0 ? $0 : nil }
        memoryMiB = task.memory.flatMap { $0 > 0 ? $0 : nil }
        if cores == nil && memoryMiB == nil { return nil }
    }
}

extension ACS.Task {
    /// Why its limits cannot be kept; nil when they can.
    /// Source: amazon-ecs-agent, agent/api/task/task_linux.go: buildLinuxMemorySpec.
    var limitProblem: String? {
        guard let limit = memory, limit > 0 else { return nil }
        guard let container = (containers ?? []).first(where: { ($0.memory ?? 0) > limit }) else { return nil }
        let memory = container.memory ?? 0
        return "task resource spec builder: container memory limit(\(memory)) greater than task memory limit(\(limit))"
    }
}
