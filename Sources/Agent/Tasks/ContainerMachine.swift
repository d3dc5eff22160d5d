import AWSWire
import NodeLink

/// Where one container of a task is. Part of `TaskMachine`, which moves it.
struct ContainerMachine: Sendable {
    enum Phase: Int, Sendable, Comparable {
        case waiting, pulling, pulled, creating, created, starting, running, stopped

        static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
    }

    let definition: ACS.Container
    /// The engine's name for it.
    let engineName: String
    var phase = Phase.waiting
    var id: String?
    var imageDigest: String?
    var bindings: [NetworkBinding] = []
    var startedAt: Timestamp?
    var finishedAt: Timestamp?
    var exitCode: Int?
    var reason: String?
    var health = ContainerHealth.unknown
    var healthSince: Timestamp?
    var restartCount = 0
    /// Whether it has run long enough since its last start to be started again by its restart policy.
    var mayRestart = false
    /// Whether a timer tells when it `mayRestart`. It ran before this agent did otherwise, and only the clock can tell.
    var isRestartTimed = false
    var stopAttempts = 0
    /// Whether the engine had lost its image when it was to be created.
    var hasLostImage = false
    /// The engine went away in the middle of its creation or start, or the agent did in the middle of its way: only a
    /// survey can say how far it came, and nothing is done with it before.
    var isUnsure = false
    /// The engine was asked to stop it and has not answered.
    var isStopping = false
    /// The engine was asked to remove it.
    var isRemoving = false
    /// Whether the timers of its run were begun in this life of the agent.
    var isWatched = false
    /// The engine had it when it was last asked what it has, so the answer must name it.
    var isSurveyed = false
    /// Nothing of it is left in the engine.
    var isRemoved = false

    var name: String { definition.name ?? "" }
    var isEssential: Bool { definition.essential ?? true }
    /// The agent's own, not the task definition's: the server does not know it.
    var isInternal: Bool { name == NamespaceContainer.name || holdsNetwork }
    /// Whether it is the one that holds the network of a task with an interface of its own.
    var holdsNetwork: Bool { name == NetworkContainer.name }
    /// Whether the task was started for commands (ECS Exec).
    var takesCommands: Bool { definition.managedAgents?.contains { $0.name == "ExecuteCommandAgent" } ?? false }
    var hasRun: Bool { startedAt != nil }
    /// It got where it was to go: it runs, or did so.
    var isSettled: Bool { phase == .running || phase == .stopped }

    /// A failed start leaves no exit code, so that it never counts as a success.
    var hasSucceeded: Bool { phase == .stopped && exitCode == 0 }

    /// Whether another container's condition on this one holds.
    /// - Returns: nil when it will never hold.
    func satisfies(_ condition: String) -> Bool? {
        let failed: Bool? = nil
        return switch condition {
        case "CREATE": phase == .stopped ? (id == nil ? failed : true) : phase >= .created
        case "COMPLETE": phase == .stopped ? (hasRun ? true : failed) : false
        case "SUCCESS": phase == .stopped ? (hasSucceeded ? true : failed) : false
        case "HEALTHY": phase == .stopped ? failed : phase == .running && health == .healthy
        default: phase == .stopped ? (hasRun ? true : failed) : phase == .running
        }
    }

    /// How long it may take to end.
    func stopTimeout(_ settings: TaskSettings) -> Duration {
        definition.stopTimeout.map { .seconds($0) } ?? settings.stopTimeout
    }

    /// What the server is told of it.
    func report(as status: TaskReport.Status) -> ContainerReport {
        ContainerReport(
            name: name, status: status, runtimeID: id, exitCode: phase == .stopped ? exitCode : nil, reason: reason,
            imageDigest: imageDigest, bindings: bindings, takesCommands: takesCommands)
    }

    /// Takes over that it is about to run. Its health is unknown from now on, not from the start on: the engine may
    /// tell it before it tells that the container runs.
    mutating func beginStart() {
        phase = .starting
        mayRestart = false
        isRestartTimed = false
        health = .unknown
        healthSince = nil
    }

    /// Takes over that it runs.
    mutating func start(_ start: ContainerStart) {
        phase = .running
        id = start.id
        startedAt = start.startedAt
        bindings = start.bindings
        exitCode = nil
        finishedAt = nil
        healthSince = healthSince ?? start.startedAt
    }

    /// Takes over that it ended, or will never run.
    mutating func stop(exitCode: Int?, reason: String?, at now: Timestamp) {
        phase = .stopped
        isStopping = false
        self.exitCode = exitCode
        self.reason = self.reason ?? reason
        finishedAt = now
    }
}

/// A condition of a container on another one of its task.
struct ContainerCondition: Sendable, Equatable {
    var container: String
    /// `START`, `COMPLETE`, `SUCCESS`, `HEALTHY`, or `CREATE` for `volumesFrom`.
    var condition: String

    /// All conditions of a container: `links` imply START, `volumesFrom` implies CREATE.
    /// Source: amazon-ecs-agent, agent/engine/dependencygraph.
    static func all(of definition: ACS.Container) -> [ContainerCondition] {
        let explicit = (definition.dependsOn ?? []).compactMap { dependency in
            dependency.containerName.map {
                ContainerCondition(container: $0, condition: dependency.condition?.uppercased() ?? "START")
            }
        }
        let links = (definition.links ?? []).map { link in
            ContainerCondition(container: String(link.prefix { $0 != ":" }), condition: "START")
        }
        let volumes = (definition.volumesFrom ?? []).compactMap { volume in
            volume.sourceContainer.map { ContainerCondition(container: $0, condition: "CREATE") }
        }
        return explicit + links + volumes
    }
}
