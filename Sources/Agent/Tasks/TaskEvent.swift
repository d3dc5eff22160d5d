import AWSWire

/// What can happen to a task.
package enum TaskEvent: Sendable, Equatable {
    /// The agent took the task on.
    case accepted
    /// The journal has the task, so a restarted agent will know its containers.
    case kept
    /// The task has to stop. It cannot be taken back.
    case stopRequested
    /// The engine answered, or told of something. Only events about this task.
    case engine(EngineEvent)
    /// The task's containers as the engine knows them, after a restart of the agent or of the engine.
    case surveyed([SurveyedContainer])
    /// The server took the report that was under way.
    case reported
    /// The report that was under way failed; it will not be sent again when the server refused it for good.
    case reportFailed(isFinal: Bool)
    /// The values that `lookUp` asked for.
    case found([SecretLookUp: String])
    /// They cannot be had.
    case notFound(SecretFailure)
    /// A time came that the machine had asked for.
    case timer(TaskTimer)
}

/// What a task waits for beside its engine.
package enum TaskTimer: Hashable, Sendable {
    /// A container's `startTimeout` has passed.
    case startTimeout(container: String)
    /// A container's restart policy may start it again from now on, unless it was `restarts` times already.
    case restartPeriod(container: String, restarts: Int)
    /// Time to send a failed report again.
    case report
    /// Time to try again to stop a container.
    case stop(container: String)
    /// The ended containers have been kept long enough.
    case cleanUp
    /// Time to ask the engine what became of a step it broke off.
    case survey
}

/// What a task wants done.
package enum TaskAction: Sendable, Equatable {
    case engine(EngineAction)
    /// Looks values up. Answered by `found` or `notFound`, and by nothing as long as the execution role has no
    /// credentials.
    case lookUp([SecretLookUp])
    /// Asks the engine what it has; the answer comes to all tasks, as `surveyed`.
    case survey
    /// Tells the server. The machine has at most one report under way, and waits for `reported` or `reportFailed`.
    case report(TaskReport)
    /// Sends `timer` after a time.
    case schedule(TaskTimer, after: Duration)
    /// What the journal holds about the task is out of date.
    case save
    /// Nothing is left of the task; it can be forgotten.
    case finished
}

/// What the server is told of a task.
package struct TaskReport: Sendable, Equatable {
    package enum Status: String, Sendable, Equatable {
        /// Its network interface is there, its containers are not yet.
        case pending = "PENDING"
        case running = "RUNNING"
        case stopped = "STOPPED"
    }

    package var task: String
    package var status: Status
    /// Why the task as a whole failed; empty for reasons of containers.
    package var reason: String
    /// An ordered log: a container that ran and ended since the last report is in it twice.
    package var containers: [ContainerReport]
    package var pullStartedAt: Timestamp?
    package var pullStoppedAt: Timestamp?
    package var executionStoppedAt: Timestamp?
    /// The ARNs of the attachments that are there.
    package var attachments: [String]

    package init(
        task: String, status: Status, reason: String = "", containers: [ContainerReport] = [],
        pullStartedAt: Timestamp? = nil, pullStoppedAt: Timestamp? = nil, executionStoppedAt: Timestamp? = nil,
        attachments: [String] = []
    ) {
        self.attachments = attachments
        self.task = task
        self.status = status
        self.reason = reason
        self.containers = containers
        self.pullStartedAt = pullStartedAt
        self.pullStoppedAt = pullStoppedAt
        self.executionStoppedAt = executionStoppedAt
    }
}

/// What the server is told of a container.
package struct ContainerReport: Sendable, Equatable {
    package var name: String
    package var status: TaskReport.Status
    package var runtimeID: String?
    package var exitCode: Int?
    package var reason: String?
    package var imageDigest: String?
    package var bindings: [NetworkBinding]
    /// Whether commands can be run in it while it runs.
    package var takesCommands = false
}
