import AWSWire
import NodeLink

/// What can happen to an agent.
package enum AgentEvent: Sendable {
    /// The tasks the journal had, at the agent's start.
    case restored([JSONValue])
    /// The server took the registration.
    case registered(containerInstanceARN: String)
    /// The session for tasks opened or closed.
    case sessionOpened
    case sessionClosed
    /// A message of the session for tasks.
    case received(ACSMessage)
    /// The session for measurements opened or closed.
    case telemetryOpened
    case telemetryClosed
    /// A message of the session for measurements.
    case receivedTelemetry(TCSMessage)
    case engine(EngineEvent)
    /// The journal has these tasks as they were saved.
    case saved(tasks: [String])
    /// The server took a task's report.
    case reported(task: String)
    /// A task's report failed; it is dropped when `isFinal`.
    case reportFailed(task: String, isFinal: Bool)
    case timer(AgentTimer)
    /// What `lookUp` asked for, or why it cannot be had.
    case lookedUp(task: String, Result<[SecretLookUp: String], SecretFailure>)
    /// What containers use, by the engine's ids, for the metrics that `measure` asked for.
    case measured([String: ContainerUsage])
}

/// What an agent waits for.
package enum AgentTimer: Hashable, Sendable {
    case task(String, TaskTimer)
    /// Time to ask the engine once more what it has.
    case survey
    /// Time for metrics and health.
    case telemetry
    /// Time to remove images that nobody needs.
    case images
}

/// What an agent wants done. In order; those of one answer may overlap, except where it says so.
package enum AgentAction: Sendable {
    /// To the session for tasks. Dropped when it is closed: the server will ask again.
    case send(ACSMessage)
    /// To the session for measurements. Dropped when it is closed.
    case sendTelemetry(TCSMessage)
    /// Comes back as `engine` with the answer, if there is one.
    case engine(EngineAction)
    /// Only once everything that was saved before is durable: the server must not know more of a task than a restarted
    /// agent would. Comes back as `reported` or `reportFailed`.
    case report(TaskReport)
    /// Comes back as `timer`.
    case schedule(AgentTimer, after: Duration)
    /// Makes tasks durable, and only then sends `messages`. Comes back as `saved`.
    case save([JournalEntry], thenSend: [ACSMessage])
    /// The journal need not know the task any more.
    case forget(task: String)
    /// Looks up what a task needs, as its execution role. Comes back as `lookedUp`.
    case lookUp(task: String, [SecretLookUp], Credential)
    /// Comes back as `measured`.
    case measure(ids: [String])
    /// Dials for a session of ExecuteCommand: the server has something to run.
    case dial(session: String)
}

/// What the journal keeps of one task.
package struct JournalEntry: Sendable, Equatable {
    package var task: String
    package var content: JSONValue
}
