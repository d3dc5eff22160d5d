import AWSModels
import AWSWire
import Logging
import NIOCore
import NodeLink

/// A container agent: `AgentMachine` with wires.
///
/// It registers, keeps its two sessions open, watches its engine, and does what the machine says. Stopping it leaves
/// containers running; the next one with the same state directory adopts them.
package actor Agent {
    let configuration: AgentConfiguration
    let journal: Journal
    let engine: any ContainerEngine
    let api: APIClient
    let group: any EventLoopGroup
    let logger: Logger
    let now: @Sendable () -> Timestamp
    private var machine: AgentMachine
    /// For jitter; the machine has its own.
    var random: SeededRandom
    /// The open sessions.
    var tasksSession: WebSocket?
    var telemetrySession: TelemetrySession?
    /// Actions that take time, on their way to be done.
    private let work: AsyncStream<AgentAction>
    private let workSink: AsyncStream<AgentAction>.Continuation
    /// What the journal has to do, in order; done in batches.
    private var journalQueue: [AgentAction] = []
    private var isJournalBusy = false

    /// Makes an agent with the engine its configuration names. Does not start anything.
    /// - Parameters:
    ///   - random: seeds the agent's identifiers; different for each agent.
    ///   - now: the wall clock.
    /// - Throws: `JournalError` when the state directory cannot be used.
    package init(
        _ configuration: AgentConfiguration, group: any EventLoopGroup, logger: Logger, random: SeededRandom,
        now: @escaping @Sendable () -> Timestamp
    ) throws {
        var random = random
        var isReal = true
        if case .simulated = configuration.engine { isReal = false }
        let journal = try Journal(configuration.stateDirectory, isDurable: isReal, random: &random)
        var logger = logger
        logger[metadataKey: "instance"] = "\(journal.instanceID)"
        self.journal = journal
        engine = Agent.engine(configuration, journal.instanceID, group, logger, random: &random, now)
        self.configuration = configuration
        self.group = group
        self.logger = logger
        self.now = now
        api = APIClient(
            configuration.server, credential: configuration.credential, region: configuration.region, group: group,
            now: now)
        machine = AgentMachine(
            cluster: configuration.cluster, settings: configuration.settings(journal.instanceID),
            random: SeededRandom(seed: random.next()))
        self.random = random
        (work, workSink) = AsyncStream<AgentAction>.makeStream()
    }

    private static func engine(
        _ configuration: AgentConfiguration, _ instance: String, _ group: any EventLoopGroup, _ logger: Logger,
        random: inout SeededRandom, _ now: @escaping @Sendable () -> Timestamp
    ) -> any ContainerEngine {
        switch configuration.engine {
        case .docker(let endpoint, let pullBehavior):
            DockerEngine(
                endpoint, instance: instance, pullBehavior: pullBehavior, group: group, logger: logger, now: now)
        case .simulated(let delays):
            SimulatedEngine(delays: delays, random: SeededRandom(seed: random.next()), now: now)
        }
    }

    /// What tells this instance from others; the value of its containers' label `io.roost.instance`.
    package nonisolated var instanceID: String { journal.instanceID }

    /// Works until `shutdown` or the cancellation of the calling task.
    /// - Throws: `AgentError` when the server refuses the instance for good.
    package func run() async throws {
        for path in journal.damaged {
            logger.error("a damaged journal file was put aside", metadata: ["file": "\(path)"])
        }
        deliver(.restored(journal.tasks))
        defer { workSink.finish() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await event in self.engine.events() { await self.deliver(.engine(event)) } }
            group.addTask { try await self.runSessions() }
            group.addTask { await self.runWork() }
            // The work ends with `shutdown`, the sessions with an error; the engine's events do not end.
            defer { group.cancelAll() }
            try await group.next()
        }
        tasksSession?.cut()
        telemetrySession?.socket.cut()
        api.close()
        await journal.close()
    }

    /// Makes `run` return. Containers stay.
    package func shutdown() { workSink.finish() }

    /// Hands an event to the machine and begins what it wants done.
    func deliver(_ event: AgentEvent) {
        for action in machine.handle(event, at: now()) {
            switch action {
            case .send(let message): tasksSession?.send(message.frame)
            case .sendTelemetry(let message): telemetrySession?.send(message, at: now())
            case .save, .forget: journalQueue.append(action)
            case .report where isJournalBusy || !journalQueue.isEmpty: journalQueue.append(action)
            case .engine, .report, .schedule, .measure: workSink.yield(action)
            }
        }
        guard !journalQueue.isEmpty, !isJournalBusy else { return }
        isJournalBusy = true
        // Any action wakes the worker; this one stands for the whole queue.
        workSink.yield(.save([], thenSend: []))
    }

    private func runWork() async {
        await withDiscardingTaskGroup { group in
            for await action in work { group.addTask { await self.perform(action) } }
            group.cancelAll()
        }
    }

    private func perform(_ action: AgentAction) async {
        switch action {
        case .engine(let action):
            if let event = await engine.perform(action) { deliver(.engine(event)) }
        case .report(let report): await submit(report)
        case .schedule(let timer, let delay):
            guard (try? await Task.sleep(for: delay)) != nil else { return }
            deliver(.timer(timer))
        case .measure(let ids): deliver(.measured(await engine.usage(of: ids)))
        case .save, .forget: await writeJournal()
        case .send, .sendTelemetry: return
        }
    }

    /// Writes all that waits in one go, so that many tasks share one flush.
    private func writeJournal() async {
        while !journalQueue.isEmpty {
            let batch = journalQueue
            journalQueue = []
            var entries: [String: JournalEntry] = [:]
            var forgotten: [String] = []
            var messages: [ACSMessage] = []
            var reports: [AgentAction] = []
            for action in batch {
                switch action {
                case .save(let more, let acks):
                    for entry in more { entries[entry.task] = entry }
                    messages += acks
                case .forget(let task):
                    entries[task] = nil
                    forgotten.append(task)
                default: reports.append(action)
                }
            }
            do {
                try await journal.save(entries.values.sorted { $0.task < $1.task }, forgetting: forgotten)
                for message in messages { tasksSession?.send(message.frame) }
            } catch {
                // Not acknowledged, so the server sends the tasks again.
                logger.error("could not write the journal", metadata: ["error": "\(error)"])
            }
            for report in reports { workSink.yield(report) }
        }
        isJournalBusy = false
    }

    private func submit(_ report: TaskReport) async {
        do {
            let request = report.request(cluster: configuration.cluster)
            _ = try await api.call(
                "SubmitTaskStateChange", request, answer: ECS.SubmitTaskStateChangeResponse.self)
            deliver(.reported(task: report.task))
        } catch {
            let isFinal = (error as? WireError).map { TaskReport.refusals.contains($0.code) } ?? false
            let metadata: Logger.Metadata = ["task": "\(report.task)", "error": "\(error)", "final": "\(isFinal)"]
            logger.log(level: isFinal ? .warning : .debug, "a report was not taken", metadata: metadata)
            deliver(.reportFailed(task: report.task, isFinal: isFinal))
        }
    }
}

/// Why an agent gave up.
package enum AgentError: Error, Sendable, CustomStringConvertible {
    /// The server will not have this instance.
    case registrationRefused(WireError)

    package var description: String {
        switch self {
        case .registrationRefused(let error): "the server refused the registration: \(error.code): \(error.message)"
        }
    }
}

extension AgentConfiguration {
    fileprivate func settings(_ instanceID: String) -> TaskSettings {
        // Labels carry the short name. Source: amazon-ecs-agent sets what it was configured with; ours is predictable.
        let name = String(cluster.split(separator: "/").last ?? "")
        var settings = TaskSettings(instance: instanceID, cluster: name, region: region)
        settings.bindAddress = bindAddress
        settings.stopTimeout = timings.stopTimeout
        settings.cleanupDelay = timings.cleanupDelay
        return settings
    }
}
