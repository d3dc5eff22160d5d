import AWSModels
import AWSWire
import Logging
import NIOCore
import NodeLink
import NodeNet

/// A container agent: `AgentMachine` with wires.
///
/// It lives on one event loop, together with its engine's client and all its connections, so that nothing it does hops
/// between threads. It registers, keeps its two sessions open, watches its engine, and does what the machine says.
/// Stopping it leaves containers running; the next one with the same state directory adopts them.
package actor Agent {
    let configuration: AgentConfiguration
    let journal: Journal
    let engine: any ContainerEngine
    let api: APIClient
    let objects: ObjectClient
    let loop: any EventLoop
    private nonisolated let executor: any SerialExecutor
    let logger: Logger
    let now: @Sendable () -> Timestamp
    var machine: AgentMachine
    /// What serves the containers; nil as long as nothing does.
    var endpoints: TaskEndpoints?
    /// For jitter; the machine has its own.
    var random: SeededRandom
    /// The open sessions.
    var tasksSession: WebSocket?
    /// Where the server of that session is.
    var tasksServer: ServerURL?
    /// Sessions of ExecuteCommand that are being served.
    var execSessions = 0
    private var hasSwept = false
    var telemetrySession: TelemetrySession?
    /// What is being done, each until it is over.
    var jobs: [Int: Task<Void, Never>] = [:]
    var lastJob = 0
    /// Timers that have not fired.
    var timers: [Int: Scheduled<Void>] = [:]
    /// Reports on their way, and how many are under way.
    var reports: ArraySlice<TaskReport> = []
    var reportsUnderWay = 0
    /// Whether nothing may begin any more.
    var isOver = false
    /// Ends when the agent has to.
    private let life: AsyncStream<Void>
    private let lifeSink: AsyncStream<Void>.Continuation
    /// What the journal has to do, in order; done in batches.
    private var journalQueue: [AgentAction] = []
    private var isJournalBusy = false

    /// Makes an agent with the engine its configuration names. Does not start anything.
    /// - Parameters:
    ///   - loop: where the agent lives; one of a `MultiThreadedEventLoopGroup`.
    ///   - random: seeds the agent's identifiers; different for each agent.
    ///   - now: the wall clock.
    /// - Throws: `JournalError` when the state directory cannot be used.
    package init(
        _ configuration: AgentConfiguration, loop: any EventLoop, logger: Logger, random: SeededRandom,
        now: @escaping @Sendable () -> Timestamp
    ) throws {
        var random = random
        var isReal = true
        if case .simulated = configuration.engine { isReal = false }
        let journal = try Journal(configuration.stateDirectory, isDurable: isReal, random: &random)
        var logger = logger
        logger[metadataKey: "instance"] = "\(journal.instanceID)"
        self.journal = journal
        let api = APIClient(
            configuration.server, credential: configuration.credential, region: configuration.region, group: loop,
            now: now)
        self.api = api
        engine = Agent.engine(configuration, journal.instanceID, api, loop, logger, random: &random, now)
        self.configuration = configuration
        self.loop = loop
        executor = loop.executor
        self.logger = logger
        self.now = now
        objects = ObjectClient(
            configuration.objectServer ?? configuration.server, region: configuration.region, group: loop, now: now)
        machine = AgentMachine(
            cluster: configuration.cluster, settings: configuration.settings(journal.instanceID),
            random: SeededRandom(seed: random.next()))
        self.random = random
        (life, lifeSink) = AsyncStream<Void>.makeStream()
    }

    private static func engine(
        _ configuration: AgentConfiguration, _ instance: String, _ api: APIClient, _ loop: any EventLoop,
        _ logger: Logger, random: inout SeededRandom, _ now: @escaping @Sendable () -> Timestamp
    ) -> any ContainerEngine {
        switch configuration.engine {
        case .docker(let endpoint, let images):
            LoggingEngine(
                DockerEngine(
                    endpoint, instance: instance, images: images,
                    bookPath: configuration.stateDirectory + "/images.json", loop: loop, logger: logger,
                    random: SeededRandom(seed: random.next()), now: now),
                directory: configuration.stateDirectory + "/logs", region: configuration.region, api: api,
                loop: loop, logger)
        case .simulated(let delays):
            SimulatedEngine(delays: delays, random: SeededRandom(seed: random.next()), loop: loop, now: now)
        }
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// What tells this instance from others; the value of its containers' label `io.roost.instance`.
    package nonisolated var instanceID: String { journal.instanceID }

    /// Works until `shutdown` or the cancellation of the calling task.
    /// - Throws: `AgentError` when the server refuses the instance for good.
    package func run() async throws {
        for path in journal.damaged {
            logger.error("a damaged journal file was put aside", metadata: ["file": "\(path)"])
        }
        machine.settings.endpointAddress = await openEndpoints()
        deliver(.restored(journal.tasks))
        do {
            try await live()
        } catch {
            await end()
            throw error
        }
        await end()
    }

    /// Returns at `shutdown`; throws when the sessions cannot go on.
    private func live() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await event in self.engine.events() { await self.deliver(.engine(event)) } }
            group.addTask { try await self.runSessions() }
            group.addTask { for await _ in self.life {} }
            // The engine's events do not end.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func end() async {
        tasksSession?.cut()
        telemetrySession?.socket.cut()
        await closeEndpoints()
        await endJobs()
        await engine.close()
        api.close()
        objects.close()
        await journal.close()
    }

    /// Makes `run` return. Containers stay.
    package func shutdown() { lifeSink.finish() }

    /// Hands an event to the machine and begins what it wants done.
    func deliver(_ event: AgentEvent) {
        if case .engine(.surveyed(let containers)) = event { sweep(containers) }
        for action in machine.handle(event, at: now()) {
            switch action {
            case .send(let message): tasksSession?.send(message.frame)
            case .sendTelemetry(let message): telemetrySession?.send(message, at: api.clock.now)
            case .save, .forget: journalQueue.append(action)
            case .report where isJournalBusy || !journalQueue.isEmpty: journalQueue.append(action)
            case .report(let report): send(report)
            case .schedule(let timer, let delay): schedule(timer, after: delay)
            case .engine(let action):
                begin { agent in
                    if let event = await agent.engine.perform(action) { await agent.deliver(.engine(event)) }
                }
            case .lookUp(let task, let lookUps, let credential):
                begin { agent in
                    let result: Result<[SecretLookUp: String], SecretFailure>
                    do throws(SecretFailure) {
                        result = .success(try await agent.find(lookUps, as: credential))
                    } catch {
                        result = .failure(error)
                    }
                    await agent.deliver(.lookedUp(task: task, result))
                }
            case .dial(let session): begin { agent in await agent.serve(session: session) }
            case .measure(let ids):
                begin { agent in await agent.deliver(.measured(await agent.engine.usage(of: ids))) }
            }
        }
        guard !journalQueue.isEmpty, !isJournalBusy else { return }
        isJournalBusy = true
        begin { agent in await agent.writeJournal() }
    }

    /// Once in its life: sessions of an agent that was killed have left commands behind, which nobody can reach.
    private func sweep(_ containers: [SurveyedContainer]) {
        guard !hasSwept else { return }
        hasSwept = true
        let running = containers.filter { if case .running = $0.state { true } else { false } }
        begin { agent in await agent.engine.endForgottenCommands(in: running.map(\.id)) }
    }

    /// Writes all that waits in one go, so that many tasks share one flush.
    private func writeJournal() async {
        while !journalQueue.isEmpty {
            let batch = JournalBatch(journalQueue)
            let entries = batch.entries
            journalQueue = []
            do {
                try await journal.save(entries, forgetting: batch.forgotten)
                deliver(.saved(tasks: entries.map(\.task)))
                for message in batch.messages { tasksSession?.send(message.frame) }
                for report in batch.reports { send(report) }
            } catch {
                logger.error("could not write the journal", metadata: ["error": "\(error)"])
                journalQueue = batch.actions + journalQueue
                try? await Task.sleep(for: JournalBatch.retryPause)
                guard !Task.isCancelled else { return }
            }
        }
        isJournalBusy = false
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
        settings.cpuUnits = cpuUnits
        settings.bindAddress = bindAddress
        settings.mountDirectory += "/" + instanceID
        if writesContainerMetadata, stateDirectory.hasPrefix("/") {
            settings.metadataDirectory = stateDirectory + "/metadata"
        }
        settings.blocksInstanceMetadata = blocksInstanceMetadata
        settings.availabilityZone = availabilityZone
        settings.privateAddress = privateAddress
        settings.fileSystemHosts = fileSystemHosts
        settings.stopTimeout = timings.stopTimeout
        settings.cleanupDelay = timings.cleanupDelay
        if case .docker(_, let images) = engine { settings.imageCleanUpInterval = images.effectiveCleanUp?.interval }
        return settings
    }
}
