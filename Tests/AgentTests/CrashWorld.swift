import AWSWire
import NodeLink

@testable import Agent

/// An agent machine, an engine, a disk and a server, one small step after another. The agent can be killed before any
/// of them: what it was about to do is not done, and what it was about to hear is not heard.
struct CrashWorld {
    /// What a step does.
    private enum Step {
        case hear(AgentEvent)
        case act(AgentAction)
    }

    let task: ACS.Task
    private var agent = CrashWorld.newAgent()
    private(set) var engine = SimulatedContainers(random: SeededRandom(seed: 7))
    /// The journal.
    private(set) var disk: [String: JSONValue] = [:]
    private var steps: [Step] = []
    private var timers: [AgentTimer] = []
    /// How many steps were taken.
    private(set) var count = 0
    /// The step before which the agent dies; nil for never.
    private var deadline: Int?
    private(set) var isKilled = false
    // The server.
    private(set) var reports: [TaskReport] = []
    private var isStopOrdered = false
    private var sequence = 0
    /// What must never be.
    private(set) var breach: String?

    init(_ task: ACS.Task, killedBefore deadline: Int?) {
        self.task = task
        self.deadline = deadline
    }

    private static func newAgent() -> AgentMachine {
        var settings = TaskSettings.sample
        settings.cleanupDelay = .seconds(60)
        return AgentMachine(cluster: "default", settings: settings, random: SeededRandom(seed: 3))
    }

    var status: TaskReport.Status? { reports.last?.status }

    /// The whole life of the task: it is ordered, runs, is stopped by the server, and is cleaned up.
    mutating func live() {
        boot()
        settle()
        if !isStopOrdered { orderStop() }
        settle()
        for _ in 0..<3 {
            let due = timers
            timers = []
            for timer in due { steps.append(.hear(.timer(timer))) }
            settle()
        }
    }

    private mutating func boot() {
        agent = CrashWorld.newAgent()
        hear(.restored(disk.sorted { $0.key < $1.key }.map(\.value)))
        hear(.registered(containerInstanceARN: instanceARN))
        hear(.engine(.found))
        hear(.sessionOpened)
        guard status != .stopped else { return }
        if isStopOrdered { order("STOPPED") } else if status == nil { order("RUNNING") }
    }

    private mutating func orderStop() {
        isStopOrdered = true
        if status != .stopped { order("STOPPED") }
    }

    private mutating func order(_ desired: String) {
        sequence += 1
        var order = task
        order.desiredStatus = desired
        hear(
            .received(
                .payload(
                    ACS.PayloadMessage(
                        messageId: "m\(sequence)", clusterArn: clusterARN, containerInstanceArn: instanceARN,
                        seqNum: sequence, tasks: [order]))))
    }

    private mutating func hear(_ event: AgentEvent) { steps.append(.hear(event)) }

    /// Takes steps until there is nothing to do.
    private mutating func settle() {
        while !steps.isEmpty {
            if count == deadline {
                (deadline, isKilled, steps, timers) = (nil, true, [], [])
                boot()
            }
            count += 1
            switch steps.removeFirst() {
            case .hear(let event): steps += agent.handle(event, at: start).map { .act($0) }
            case .act(let action): act(action)
            }
        }
    }

    private mutating func act(_ action: AgentAction) {
        switch action {
        case .engine(let action):
            for outcome in engine.perform(action, at: start) where engine.confirm(outcome.event) {
                hear(.engine(outcome.event))
            }
            watchEngine()
        case .save(let entries, _):
            for entry in entries { disk[entry.task] = entry.content }
            hear(.saved(tasks: entries.map(\.task)))
        case .forget(let task): disk[task] = nil
        case .report(let report): take(report)
        case .schedule(let timer, _): if timer != .telemetry { timers.append(timer) }
        case .send, .sendTelemetry, .measure, .lookUp, .dial: return
        }
    }

    private mutating func take(_ report: TaskReport) {
        if status == .stopped, report.status == .running { breach = "RUNNING after STOPPED" }
        let ended = Set(reports.flatMap(\.containers).filter { $0.status == .stopped }.map(\.name))
        let revived = report.containers.contains { $0.status == .running && ended.contains($0.name) }
        // A report that was taken and not acknowledged comes again as a whole: first the run, then the end.
        let endsAgain = report.containers.last { ended.contains($0.name) }?.status != .running
        if revived, !endsAgain { breach = "a container runs after its end" }
        reports.append(report)
        hear(.reported(task: report.task))
    }

    private mutating func watchEngine() {
        let running = engine.all.filter { if case .running = $0.state { true } else { false } }
        if Set(running.map(\.reference)).count < running.count { breach = "a container runs twice" }
    }
}
