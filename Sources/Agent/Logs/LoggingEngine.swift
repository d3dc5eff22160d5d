import AWSWire
import Logging
import NIOCore
import NIOPosix

/// An engine whose containers can have the log driver `awslogs`: it makes them with `json-file`, and delivers what that
/// writes to CloudWatch Logs.
///
/// What a container asked for stands in a label, so that an agent that is started anew goes on with it.
actor LoggingEngine: ContainerEngine {
    /// The label with the options, as JSON. They are in the engine's own keeping anyhow with the real driver.
    static let label = "io.roost.awslogs"
    /// How long the answer of CloudWatch Logs is waited for before a start fails.
    private static let prepareLimit: Duration = .seconds(30)
    /// How long the removal of a container waits for its output at once.
    private static let removalPause: Duration = .seconds(10)
    /// How often it is put off. The agent tries again after a minute.
    private static let maximumDelays = 15

    private let engine: any ContainerEngine
    private let directory: String
    private let region: String
    private let api: APIClient
    private let loop: any EventLoop
    private nonisolated let executor: any SerialExecutor
    private let logger: Logger
    /// Where files are read; started with the first container that needs it.
    private var pool: NIOThreadPool?
    private var shippers: [String: (shipper: LogShipper, task: Task<Void, Never>)] = [:]
    /// What is known of containers: their options, or nil for those with another driver.
    private var known: [String: AWSLogsOptions?] = [:]
    /// Containers that have ended, perhaps before their output began to be delivered.
    private var ended: Set<String> = []
    private var delays: [String: Int] = [:]

    /// - Parameters:
    ///   - directory: where positions are kept.
    ///   - region: the agent's.
    ///   - api: how the region is called.
    init(
        _ engine: any ContainerEngine, directory: String, region: String, api: APIClient, loop: any EventLoop,
        _ logger: Logger
    ) {
        self.engine = engine
        self.directory = directory
        self.region = region
        self.api = api
        self.loop = loop
        executor = loop.executor
        self.logger = logger
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    var version: String { get async { await engine.version } }

    var volumeDrivers: [String] { get async { await engine.volumeDrivers } }

    var interfaceProblem: String? { get async { await engine.interfaceProblem } }

    func usage(of ids: [String]) async -> [String: ContainerUsage] { await engine.usage(of: ids) }

    func details(of id: String) async -> JSONValue? { await engine.details(of: id) }

    func statistics(of id: String, isOneShot: Bool) async -> JSONValue? {
        await engine.statistics(of: id, isOneShot: isOneShot)
    }

    func execute(_ command: EngineCommand, in id: String) async throws(EngineFailure) -> any EngineProcess {
        try await engine.execute(command, in: id)
    }

    func endForgottenCommands(in containers: [String]) async { await engine.endForgottenCommands(in: containers) }

    nonisolated func events() -> AsyncStream<EngineEvent> {
        let (stream, sink) = AsyncStream<EngineEvent>.makeStream()
        let watcher = Task {
            for await event in engine.events() {
                await self.note(event)
                sink.yield(event)
            }
            sink.finish()
        }
        sink.onTermination = { _ in watcher.cancel() }
        return stream
    }

    func perform(_ action: EngineAction) async -> EngineEvent? {
        switch action {
        case .create(let reference, let creation): return await create(reference, creation)
        case .start(let reference, let id): return await start(reference, id)
        case .remove(let reference, let id): return await remove(reference, id)
        default:
            let event = await engine.perform(action)
            if let event { await note(event) }
            return event
        }
    }

    /// Ends all deliveries. They go on with the next agent.
    func close() async {
        for entry in shippers.values { entry.task.cancel() }
        for entry in shippers.values { await entry.task.value }
        shippers = [:]
        try? await pool?.shutdownGracefully()
        await engine.close()
    }

    // MARK: Creation and start

    private func create(_ reference: ContainerReference, _ creation: ContainerCreation) async -> EngineEvent? {
        let log = creation.configuration["HostConfig"]?["LogConfig"] ?? .null
        var options: AWSLogsOptions?
        do throws(EngineFailure) {
            switch log["Type"]?.stringValue {
            case "awslogs":
                options = try AWSLogsOptions(
                    LoggingEngine.texts(log["Config"]), region: region, task: reference.task,
                    container: reference.container)
            // Seam: a log router of the task would take the output.
            case "awsfirelens":
                throw EngineFailure(.refused, "the log driver awsfirelens is not supported by this container instance")
            default: break
            }
        } catch { return .createFailed(reference, error) }
        let wanted = options.map { LoggingEngine.translated(creation, log, $0) } ?? creation
        let event = await engine.perform(.create(reference, wanted))
        if case .created(_, let id) = event { known[id] = .some(options) }
        return event
    }

    /// The creation in terms of a driver whose files can be read.
    private static func translated(
        _ creation: ContainerCreation, _ log: JSONValue, _ parsed: AWSLogsOptions
    ) -> ContainerCreation {
        var result = creation
        var host = creation.configuration["HostConfig"] ?? .object([])
        host["LogConfig"] = [
            "Type": "json-file",
            "Config": [
                "max-size": .string("\(AWSLogsOptions.fileMiB)m"), "max-file": .string("\(parsed.files)"),
            ],
        ]
        result.configuration["HostConfig"] = host
        var labels = creation.configuration["Labels"] ?? .object([])
        labels[LoggingEngine.label] = .string(String(decoding: (log["Config"] ?? .object([])).encode(), as: UTF8.self))
        result.configuration["Labels"] = labels
        return result
    }

    private static func texts(_ value: JSONValue?) -> [String: String] {
        var texts: [String: String] = [:]
        for member in value?.members ?? [] { texts[member.name] = member.value.stringValue }
        return texts
    }

    private func start(_ reference: ContainerReference, _ id: String) async -> EngineEvent? {
        if let entry = shippers[id], !(await entry.shipper.isDone) {
            // A restart in place.
            ended.remove(id)
            await entry.shipper.goOn()
            return await engine.perform(.start(reference, id: id))
        }
        do throws(EngineFailure) {
            ended.remove(id)
            guard let options = try await options(of: id, reference) else {
                return await engine.perform(.start(reference, id: id))
            }
            try await prepare(options, id)
            let event = await engine.perform(.start(reference, id: id))
            if case .started = event { await ship(id, options) }
            return event
        } catch { return .startFailed(reference, error) }
    }

    /// What a container wants of `awslogs`; nil when it has another driver.
    private func options(
        of id: String, _ reference: ContainerReference
    ) async throws(EngineFailure) -> AWSLogsOptions? {
        if let options = known[id] { return options }
        guard let details = await engine.details(of: id) else { return nil }
        var options: AWSLogsOptions?
        if let label = details["Config"]?["Labels"]?[LoggingEngine.label]?.stringValue,
            let config = try? JSONValue.parse(label)
        {
            options = try AWSLogsOptions(
                LoggingEngine.texts(config), region: region, task: reference.task, container: reference.container)
        }
        known[id] = .some(options)
        return options
    }

    /// Makes group and stream, or says in the driver's words why not.
    private func prepare(_ options: AWSLogsOptions, _ id: String) async throws(EngineFailure) {
        let end = ContinuousClock.now + LoggingEngine.prepareLimit
        while true {
            do {
                return try await client(options).prepare(options, id: id)
            } catch {
                let wire = error as? WireError
                let isFinal = wire.map { $0.status < 500 && $0.code != "ThrottlingException" } ?? false
                guard isFinal || ContinuousClock.now > end else {
                    try? await Task.sleep(for: .milliseconds(500))
                    if Task.isCancelled { throw EngineFailure(.unreachable, "the agent ended") }
                    continue
                }
                let reason = wire.map { "\($0.code): \($0.message)" } ?? "\(error)"
                let what = "failed to initialize logging driver: failed to create Cloudwatch log stream: "
                throw EngineFailure(.refused, what + reason)
            }
        }
    }

    private func client(_ options: AWSLogsOptions) -> LogClient {
        guard let endpoint = options.endpoint else { return LogClient(api, keepsPositions: true) }
        return LogClient(api.at(endpoint, group: loop), keepsPositions: false)
    }

    // MARK: Delivery

    /// Begins to deliver a container's output, unless that is done already.
    private func ship(_ id: String, _ options: AWSLogsOptions) async {
        guard let path = await engine.details(of: id)?["LogPath"]?.stringValue, !path.isEmpty else {
            return logger.error("the engine does not say where its log is", metadata: ["container": "\(id)"])
        }
        // Others came here meanwhile.
        if let entry = shippers[id], !(await entry.shipper.isDone) { return }
        let pool = pool ?? startPool()
        let subject = LogShipper.Subject(
            id: id, path: path, options: options, positionPath: directory + "/" + id)
        let shipper = LogShipper(subject, client(options), pool, logger, loop: loop)
        if ended.contains(id) { await shipper.end() }
        shippers[id] = (shipper, Task { await shipper.run() })
    }

    private func startPool() -> NIOThreadPool {
        LogPositionFile.makeDirectory(directory)
        let pool = NIOThreadPool(numberOfThreads: 2)
        pool.start()
        self.pool = pool
        return pool
    }

    /// Takes notice of what the engine says about containers.
    private func note(_ event: EngineEvent) async {
        switch event {
        case .exited(_, let exit): await noteEnd(of: exit.id)
        case .surveyed(let containers): for container in containers { await adopt(container) }
        default: return
        }
    }

    /// Goes on with the output of a container of an earlier life of this agent.
    private func adopt(_ container: SurveyedContainer) async {
        if case .created = container.state { return }
        if shippers[container.id] == nil {
            do throws(EngineFailure) {
                guard let options = try await options(of: container.id, container.reference) else { return }
                await ship(container.id, options)
            } catch {
                logger.error("output cannot be delivered", metadata: ["error": "\(error.message)"])
            }
        }
        if case .exited = container.state { await noteEnd(of: container.id) }
    }

    private func noteEnd(of id: String) async {
        // Only of those that may have output here.
        guard let options = known[id], options != nil else { return }
        ended.insert(id)
        await shippers[id]?.shipper.end()
    }

    /// A container goes when its output has been delivered, or when that has been waited for long enough.
    private func remove(_ reference: ContainerReference, _ id: String) async -> EngineEvent? {
        if let entry = shippers[id] {
            await entry.shipper.end()
            let end = ContinuousClock.now + LoggingEngine.removalPause
            while !(await entry.shipper.isDone), ContinuousClock.now < end, !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(100))
            }
            if !(await entry.shipper.isDone) {
                guard delays[id, default: 0] >= LoggingEngine.maximumDelays else {
                    delays[id, default: 0] += 1
                    return .removeFailed(reference, EngineFailure(.refused, "its output has not been delivered yet"))
                }
                logger.error("output is lost: it could not be delivered", metadata: ["container": "\(id)"])
            }
        }
        let event = await engine.perform(.remove(reference, id: id))
        guard case .removed = event else { return event }
        forget(id)
        return event
    }

    private func forget(_ id: String) {
        known[id] = nil
        ended.remove(id)
        delays[id] = nil
        guard let entry = shippers.removeValue(forKey: id) else { return }
        entry.task.cancel()
        LogPositionFile.remove(directory + "/" + id)
    }
}
