import AWSModels
import AWSWire
import Agent
import NodeLink
import NodeNet

/// An agent from its start to its crash: does for `AgentMachine` what the actor `Agent` does.
///
/// Safe because a world runs in one thread.
final class AgentProcess: @unchecked Sendable {
    unowned let host: SimulatedHost
    private var machine: AgentMachine
    private(set) var isAlive = true
    /// The open sessions.
    var sessions: [SessionKind: AgentSessionEnd] = [:]
    let dice: Dice
    var random: SeededRandom
    private var journalQueue: [AgentAction] = []
    private var isJournalBusy = false

    var timeline: Timeline { host.timeline }

    init(_ host: SimulatedHost, number: Int) {
        self.host = host
        dice = host.timeline.dice("agent \(number) of \(host.name)")
        random = dice.fork()
        var settings = TaskSettings(instance: host.journal.instanceID, cluster: "default", region: "us-east-1")
        settings.cleanupDelay = .seconds(dice.number(30...600))
        machine = AgentMachine(cluster: "default", settings: settings, random: dice.fork())
    }

    func start() {
        deliver(.restored(host.journal.tasks))
        host.engine.listen { [weak self] event in self?.deliver(.engine(event)) }
        register(known: host.journal.containerInstanceARN, Backoff.registration)
    }

    func kill() {
        isAlive = false
        host.engine.hangUp()
        for kind in [SessionKind.tasks, .telemetry] { sessions[kind]?.link.abort(.agent) }
        sessions = [:]
    }

    /// The ARN the server knows the instance by; empty until it is registered.
    var containerInstanceARN: String { machine.containerInstanceARN }

    /// Does something later, if the agent still lives then.
    func after(_ delay: Duration, _ body: @escaping () -> Void) {
        timeline.after(delay) { [weak self] in
            if self?.isAlive == true { body() }
        }
    }

    // MARK: Events and actions

    /// Hands an event to the machine and begins what it wants done.
    func deliver(_ event: AgentEvent) {
        guard isAlive else { return }
        host.evidence.note(event, host.name)
        for action in machine.handle(event, at: timeline.now) {
            switch action {
            case .send(let message): sessions[.tasks]?.link.send(message.frame, from: .agent)
            case .sendTelemetry(let message): sessions[.telemetry]?.link.send(message.frame, from: .agent)
            case .save, .forget: journalQueue.append(action)
            case .report where isJournalBusy || !journalQueue.isEmpty: journalQueue.append(action)
            case .engine(let action): perform(action)
            case .report(let report): submit(report)
            case .schedule(let timer, let delay): after(delay) { [self] in deliver(.timer(timer)) }
            case .lookUp(let task, let lookUps, _):
                // A text that will do for all: also for a registry's or a file server's credentials.
                let text = #"{"username":"u","password":"p"}"#
                let values = Dictionary(lookUps.map { ($0, text) }) { first, _ in first }
                after(.milliseconds(1)) { [self] in deliver(.lookedUp(task: task, .success(values))) }
            // Nobody asks for sessions in a simulated world.
            case .dial: break
            case .measure: after(.milliseconds(1)) { [self] in deliver(.measured([:])) }
            }
        }
        guard !journalQueue.isEmpty, !isJournalBusy else { return }
        isJournalBusy = true
        after(.zero) { [self] in writeJournal() }
    }

    private func perform(_ action: EngineAction) {
        host.evidence.acts.append(.engine(host: host.name, action))
        timeline.say(host.name, action.kind, action.label)
        host.engine.perform(action) { [weak self] event in
            guard let event else { return }
            self?.deliver(.engine(event))
        }
    }

    /// Writes all that waits in one go.
    private func writeJournal() {
        guard !journalQueue.isEmpty else {
            isJournalBusy = false
            return
        }
        let batch = JournalBatch(journalQueue)
        journalQueue = []
        host.journal.write(batch.entries, batch.forgotten) { [weak self] isSaved in
            guard let self, isAlive else { return }
            guard isSaved else {
                timeline.say(host.name, "journal-failed")
                journalQueue = batch.actions + journalQueue
                return after(JournalBatch.retryPause) { [self] in writeJournal() }
            }
            deliver(.saved(tasks: batch.entries.map(\.task)))
            for message in batch.messages { sessions[.tasks]?.link.send(message.frame, from: .agent) }
            for report in batch.reports { submit(report) }
            writeJournal()
        }
    }

    private func submit(_ report: TaskReport) {
        timeline.say(host.name, "report", "\(report.task.suffix(6)) \(report.status.rawValue)")
        let body = report.request(cluster: "default").encoded()
        host.network.call("SubmitTaskStateChange", body) { [weak self] answer in
            guard let self, isAlive else { return }
            switch answer {
            case .answered(200, _): deliver(.reported(task: report.task))
            case .answered(_, let body):
                let code = (try? JSONValue.parse(body))?["__type"]?.stringValue ?? ""
                deliver(.reportFailed(task: report.task, isFinal: TaskReport.refusals.contains(code)))
            case .lost: deliver(.reportFailed(task: report.task, isFinal: false))
            }
        }
    }
}

extension EngineAction {
    /// What it is, for traces.
    var kind: String {
        switch self {
        case .pull: "pull"
        case .createVolume: "create-volume"
        case .create: "create"
        case .start: "container-start"
        case .stop: "container-stop"
        case .remove: "remove"
        case .removeVolume: "remove-volume"
        case .createGroup: "create-group"
        case .removeGroup: "remove-group"
        case .attach: "attach"
        case .detach: "detach"
        case .cleanImages: "clean-images"
        case .prefetch: "prefetch"
        case .survey: "survey"
        }
    }

    /// What it is about; nil for none.
    var reference: ContainerReference? {
        switch self {
        case .pull(let reference, _, _), .create(let reference, _), .start(let reference, _),
            .stop(let reference, _, _), .remove(let reference, _):
            reference
        case .createVolume, .removeVolume, .createGroup, .removeGroup, .attach, .detach, .survey, .cleanImages,
            .prefetch:
            nil
        }
    }

    var label: String { reference?.label ?? "" }
}
