import AWSWire

/// What an engine tells: answers to actions, and what happens by itself. The same event may come twice.
package enum EngineEvent: Sendable, Equatable {
    /// The image is there.
    case pulled(ContainerReference, imageDigest: String?)
    case pullFailed(ContainerReference, EngineFailure)
    case volumeReady(task: String, name: String)
    case volumeFailed(task: String, name: String, EngineFailure)
    /// The task's limits will be kept, and how.
    case groupReady(task: String, TaskLimits.Enforcement)
    case groupFailed(task: String, EngineFailure)
    /// The task has its network interface, and everybody reaches it.
    case attached(task: String)
    case attachFailed(task: String, EngineFailure)
    case created(ContainerReference, id: String)
    case createFailed(ContainerReference, EngineFailure)
    case started(ContainerReference, ContainerStart)
    case startFailed(ContainerReference, EngineFailure)
    /// The container's process began, whoever caused it.
    case began(ContainerReference, id: String)
    /// The container's process ended, whoever caused it.
    case exited(ContainerReference, ContainerExit)
    case stopFailed(ContainerReference, EngineFailure)
    /// The engine's own health check changed its mind.
    case health(ContainerReference, ContainerHealth)
    case removed(ContainerReference)
    case removeFailed(ContainerReference, EngineFailure)
    /// All containers of this instance, running or not.
    case surveyed([SurveyedContainer])
    /// The engine could not say what it has; it has to be asked again.
    case surveyFailed
    /// The pulls that take longer than a moment and how far they are; empty when the last one is over. Not more often
    /// than every other second.
    case pulling([PullState])
    /// The engine does not answer; the text says why.
    case lost(String)
    /// The engine answers, for the first time or again. From now on its events arrive; what happened before has to be
    /// learnt by a survey.
    case found
}

/// How a container began to run.
package struct ContainerStart: Sendable, Equatable {
    package var id: String
    package var startedAt: Timestamp
    package var bindings: [NetworkBinding]

    package init(id: String, startedAt: Timestamp, bindings: [NetworkBinding] = []) {
        self.id = id
        self.startedAt = startedAt
        self.bindings = bindings
    }
}

/// How a container ended.
package struct ContainerExit: Sendable, Equatable {
    package var id: String
    /// 128 + signal for a process that a signal ended; nil when nobody knows.
    package var exitCode: Int?
    package var isOutOfMemory: Bool
    package var finishedAt: Timestamp

    package init(id: String, exitCode: Int?, isOutOfMemory: Bool = false, finishedAt: Timestamp) {
        self.id = id
        self.exitCode = exitCode
        self.isOutOfMemory = isOutOfMemory
        self.finishedAt = finishedAt
    }
}

/// The health of a container with a health check.
package enum ContainerHealth: String, Sendable, Equatable {
    case unknown = "UNKNOWN"
    case healthy = "HEALTHY"
    case unhealthy = "UNHEALTHY"
}

/// A container as a survey finds it.
package struct SurveyedContainer: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        case created
        case running(ContainerStart)
        case exited(ContainerExit)
    }

    package var reference: ContainerReference
    package var id: String
    package var name: String
    package var state: State
    /// What the engine's health check says of a running one; nil when there is no check. It tells changes only, and
    /// nobody may have listened when it last changed its mind.
    package var health: ContainerHealth?

    package init(
        reference: ContainerReference, id: String, name: String, state: State, health: ContainerHealth? = nil
    ) {
        self.reference = reference
        self.id = id
        self.name = name
        self.state = state
        self.health = health
    }
}

/// How far the pull of an image is.
package struct PullState: Sendable, Equatable {
    package var image: String
    /// What is here of the layers whose size is known.
    package var bytes: Int
    package var total: Int

    package init(image: String, bytes: Int, total: Int) {
        self.image = image
        self.bytes = bytes
        self.total = total
    }
}
