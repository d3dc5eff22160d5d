import AWSWire
import NodeLink

/// An agent without its wires: events in, actions out.
///
/// This is what a simulation drives in place of the real thing. It feeds `restored` (possibly empty), `registered`,
/// `engine(.found)` and `sessionOpened`; then the server's messages, the engine's events and the timers that were asked
/// for; and carries out the actions over its own links, engine and clock. A crash is: forget the machine, keep what
/// `save` and `forget` made durable, make a new machine, and feed `restored` with it.
package struct AgentMachine: Sendable {
    /// The cluster as configured: name or ARN.
    let cluster: String
    var settings: TaskSettings
    var random: SeededRandom
    /// The ARN the server knows this instance by; empty until it is registered.
    package internal(set) var containerInstanceARN = ""
    /// By ARN.
    package internal(set) var tasks: [String: TaskMachine] = [:]
    /// Tasks that were forgotten in this session, all their reports taken. An order to start one may be on its way
    /// since before the server knew; a later session will not bring one.
    var forgotten: Set<String> = []
    /// Tasks that the journal does not have yet.
    var unsaved: Set<String> = []
    /// The highest of payloads' `seqNum` and manifests' `timeline`.
    var highestSequence = 0
    /// The manifest whose verification is under way.
    var verification: String?
    /// Whether the server of the session is one of ours, which shows how far pulls are.
    var takesPulls = false
    var credentials = CredentialsBook()
    /// What tasks need that have no credentials for it yet, by the tasks' ARNs.
    var lookUps: [String: [SecretLookUp]] = [:]
    var runtime = RuntimeStatus()
    /// Whether the engine will be asked again what it has, because it could not say.
    var isSurveyDue = false
    var telemetry = TelemetryState()

    package init(cluster: String, settings: TaskSettings, random: SeededRandom) {
        self.cluster = cluster
        self.settings = settings
        self.random = random
    }

    /// Takes an event over.
    /// - Returns: what to do now, in this order.
    package mutating func handle(_ event: AgentEvent, at now: Timestamp) -> [AgentAction] {
        switch event {
        case .restored(let entries):
            restore(entries)
            return [.schedule(.telemetry, after: TelemetryState.interval)] + scheduleImageCleanUp()
        case .registered(let arn):
            containerInstanceARN = arn
            settings.containerInstanceARN = arn
            return []
        case .sessionOpened, .sessionClosed:
            verification = nil
            takesPulls = false
            forgotten = []
            return []
        case .received(let message): return receive(message, at: now)
        case .telemetryOpened: return openTelemetry(at: now)
        case .telemetryClosed:
            telemetry.isOpen = false
            return []
        case .receivedTelemetry: return []
        case .engine(let event): return take(event, at: now)
        case .saved(let tasks): return keep(tasks, at: now)
        case .reported(let task): return apply(.reported, to: task, at: now)
        case .reportFailed(let task, let isFinal): return apply(.reportFailed(isFinal: isFinal), to: task, at: now)
        case .timer(.task(let task, let timer)): return apply(.timer(timer), to: task, at: now)
        case .timer(.survey):
            isSurveyDue = false
            return [.engine(survey())]
        case .timer(.telemetry): return tick(at: now)
        case .timer(.images): return [.engine(.cleanImages(needed: neededImages))] + scheduleImageCleanUp()
        case .lookedUp(let task, .success(let values)): return apply(.found(values), to: task, at: now)
        case .lookedUp(let task, .failure(let failure)): return apply(.notFound(failure), to: task, at: now)
        case .measured(let usage): return publish(usage, at: now)
        }
    }

    private mutating func restore(_ entries: [JSONValue]) {
        for entry in entries {
            guard let machine = TaskMachine(journal: entry, settings) else { continue }
            tasks[machine.arn] = machine
        }
    }

    /// Lets tasks go on that waited for the journal.
    private mutating func keep(_ saved: [String], at now: Timestamp) -> [AgentAction] {
        guard !unsaved.isEmpty else { return [] }
        var actions: [AgentAction] = []
        for arn in saved where unsaved.remove(arn) != nil { actions += apply(.kept, to: arn, at: now) }
        return actions
    }

    /// Lets a task handle an event, and does what it wants done.
    mutating func apply(_ event: TaskEvent, to arn: String, at now: Timestamp) -> [AgentAction] {
        guard var machine = tasks[arn] else { return [] }
        // Out of the dictionary while it changes, so that nothing is copied.
        tasks[arn] = nil
        let actions = machine.handle(event, at: now)
        tasks[arn] = machine
        if machine.isStopped {
            credentials.forget(task: arn)
            lookUps[arn] = nil
        }
        return translate(actions, of: machine)
    }

    private mutating func translate(_ actions: [TaskAction], of machine: TaskMachine) -> [AgentAction] {
        var result: [AgentAction] = []
        var isSaved = false
        for action in actions {
            switch action {
            case .engine(let action): result.append(.engine(action))
            case .lookUp(let wanted):
                lookUps[machine.arn] = wanted
                result += beginLookUp(of: machine.arn)
            case .survey: result.append(.engine(survey()))
            case .report(let report): result.append(.report(report))
            case .schedule(let timer, let delay): result.append(.schedule(.task(machine.arn, timer), after: delay))
            case .save where isSaved: continue
            case .save:
                // The machine is past all its actions, so one entry holds everything.
                isSaved = true
                result.append(.save([JournalEntry(task: machine.arn, content: machine.journal)], thenSend: []))
            case .finished:
                tasks[machine.arn] = nil
                unsaved.remove(machine.arn)
                forgotten.insert(machine.arn)
                result.append(.forget(task: machine.arn))
            }
        }
        return result
    }
}
