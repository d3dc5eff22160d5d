import AWSWire
import Logging
import NIOCore
import NodeNet

/// Docker Engine, or anything that speaks its API.
///
/// Nothing is asked twice: a start costs one look at the image, `create`, `start`, and one `inspect` only when ports
/// were published. Ends are learnt from the engine's events at once.
package actor DockerEngine: ContainerEngine {
    /// How long the engine may take. Source: amazon-ecs-agent, agent/dockerclient/timeout.go.
    package struct Limits: Sendable {
        package var inspect: Duration = .seconds(30)
        package var create: Duration = .seconds(240)
        package var start: Duration = .seconds(180)
        package var pullStart: Duration = .seconds(60)
        package var removeImage: Duration = .seconds(180)
        package var stopMargin: Duration = .seconds(120)
        package var remove: Duration = .seconds(300)
        /// How often an engine that says nothing is asked whether it is still there.
        package var pingInterval: Duration = .seconds(15)
        package var ping: Duration = .seconds(10)

        package init() {}
    }

    /// The engine's own version; empty until it has answered once.
    package private(set) var version = ""

    let http: HTTPClient
    private let endpoint: Endpoint
    private let loop: any EventLoop
    private nonisolated let executor: any SerialExecutor
    let instance: String
    let images: ImagePolicy
    let limits: Limits
    let logger: Logger
    let now: @Sendable () -> Timestamp
    private(set) var client: DockerClient
    /// The engine's unix socket; nil for an engine on another machine.
    let socketPath: String?
    /// Whether the rules are there that all interfaces of tasks need; looked at again when the engine was away, for
    /// that may have been a restart of the firewall.
    var hasForwardingRules = false
    /// The names of tasks' interfaces on the host, by the ids of the containers that hold them.
    var interfaceNames: [String: String] = [:]
    /// Whether the engine's containers run under this machine's kernel; nil until it was asked.
    var isOnThisKernel: Bool?
    /// The control groups of this machine, if the agent can make them for the engine; nil until it was asked.
    var groups: (found: ControlGroups?, Bool)?
    /// The processor the engine's containers run on, as the engine names it.
    private(set) var architecture = ""
    /// Who listens to the engine's events.
    var listener: AsyncStream<EngineEvent>.Continuation?
    /// Images that are to be pulled before a task wants them.
    var ahead: ArraySlice<String> = []
    var isPrefetching = false
    /// Tells how far pulls are from time to time, as long as there are any.
    var teller: Task<Void, Never>?
    /// What is pulled at the moment.
    var pulls: [PullKey: Pull] = [:]
    /// What the agent remembers of images, and where it is kept; nil for in memory only.
    var book: ImageBook
    let bookPath: String?
    var isBookChanged = false
    var isBookBusy = false
    /// For jitter.
    var random: SeededRandom
    /// Where files with the metadata of containers are, by the containers' ids.
    var metadataDirectories: [String: String] = [:]
    /// Containers whose end an `oom` event announced; the engine may forget to say so itself.
    var outOfMemory: Set<String> = []
    /// Commands that this life of the agent has begun; nil when those of earlier lives were ended.
    var begun: Set<String>? = []

    /// - Parameters:
    ///   - endpoint: the engine's socket, see `DOCKER_HOST`.
    ///   - instance: the value of the label `io.roost.instance`; containers without it are none of ours.
    ///   - bookPath: the file in which it remembers images; nil for none.
    ///   - loop: where it lives, with its connections.
    ///   - random: for jitter.
    ///   - now: the wall clock.
    package init(
        _ endpoint: Endpoint, instance: String, images: ImagePolicy = ImagePolicy(), limits: Limits = Limits(),
        bookPath: String? = nil, loop: any EventLoop, logger: Logger, random: SeededRandom,
        now: @escaping @Sendable () -> Timestamp
    ) {
        http = HTTPClient(endpoint, group: loop)
        self.endpoint = endpoint
        self.loop = loop
        if case .unix(let path) = endpoint { socketPath = path } else { socketPath = nil }
        executor = loop.executor
        self.instance = instance
        self.images = images
        self.bookPath = bookPath
        self.random = random
        book = ImageBook(journal: bookPath.flatMap { Journal.read($0, limit: ImageBook.maximumFile) } ?? .null)
        self.limits = limits
        self.logger = logger
        self.now = now
        client = DockerClient(http, endpoint, group: loop, engineVersion: "")
    }

    /// Whether the engine is on this machine.
    var isLocal: Bool { socketPath != nil }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Learns who the engine is.
    func negotiate() async throws(EngineFailure) {
        let found = try await DockerClient.version(http)
        version = found.engine
        architecture = found.architecture
        client = DockerClient(http, endpoint, group: loop, engineVersion: found.api)
    }

    package func perform(_ action: EngineAction) async -> EngineEvent? {
        switch action {
        case .pull(let reference, let image, let credential): await pull(image, as: credential, for: reference)
        case .prefetch(let images): await prefetch(images)
        case .createVolume(let task, let volume): await create(volume, of: task)
        case .createGroup(let task, let limits): await createGroup(limits, of: task)
        case .attach(let task, let interface, let id): await attach(interface, of: task, to: id)
        case .detach(_, let interface): await detach(interface)
        case .create(let reference, let creation): await create(creation, for: reference)
        case .start(let reference, let id): await start(id, for: reference)
        case .stop(let reference, let id, let timeout): await stop(id, timeout, for: reference)
        case .remove(let reference, let id): await remove(id, for: reference)
        case .removeVolume(let name): await removeVolume(name)
        case .removeGroup(let task): await removeGroup(of: task)
        case .cleanImages(let needed): await cleanImages(needed: needed)
        case .survey: await survey()
        }
    }

    private func create(_ creation: ContainerCreation, for reference: ContainerReference) async -> EngineEvent? {
        do {
            var creation = creation
            try await placeRanges(of: &creation)
            if let file = creation.metadata { await writeMetadata(file) }
            let id = try await create(creation)
            noteInterface(creation.configuration["Labels"], of: id)
            published[id] = creation.publishesPorts || creation.metadata != nil
            return .created(reference, id: id)
        } catch {
            return .createFailed(reference, error)
        }
    }

    /// - Returns: the container's id.
    private func create(_ creation: ContainerCreation) async throws(EngineFailure) -> String {
        var body = creation.configuration
        if let image = body["Image"]?.stringValue, image.contains("@"), let found = try await find(image, others: true)
        {
            body["Image"] = .string(found.name)
        }
        let answer = try await client.call(
            "POST", "/containers/create", query: [("name", creation.name)], body: body, timeout: limits.create)
        guard let id = answer["Id"]?.stringValue, !id.isEmpty else {
            throw EngineFailure(.refused, "the container engine's answer has no id")
        }
        return id
    }

    /// Created containers, and whether a look at their ports is needed after the start.
    private var published: [String: Bool] = [:]

    private func start(_ id: String, for reference: ContainerReference) async -> EngineEvent? {
        do {
            _ = try await client.call("POST", "/containers/\(id)/start", timeout: limits.start)
        } catch {
            return .startFailed(reference, error)
        }
        let startedAt = now()
        // Containers of an earlier life of this agent are looked at in any case.
        guard published[id] ?? true else { return .started(reference, ContainerStart(id: id, startedAt: startedAt)) }
        guard let details = try? await client.call("GET", "/containers/\(id)/json", timeout: limits.inspect) else {
            return .started(reference, ContainerStart(id: id, startedAt: startedAt))
        }
        await completeMetadata(details)
        return .started(
            reference, ContainerStart(id: id, startedAt: startedAt, bindings: DockerInspection(details).bindings))
    }

    private func stop(_ id: String, _ timeout: Duration, for reference: ContainerReference) async -> EngineEvent? {
        let seconds = max(0, timeout.components.seconds)
        do {
            _ = try await client.call(
                "POST", "/containers/\(id)/stop", query: [("t", "\(seconds)")], timeout: timeout + limits.stopMargin)
            // Usually the event was faster; this answer covers a time without events.
            if let exit = await exit(of: id, for: reference) { return exit }
            return .stopFailed(reference, EngineFailure(.refused, "the container engine cannot say how it ended"))
        } catch {
            return .stopFailed(reference, error)
        }
    }

    /// How a container ended; nil when it has not, or the engine cannot say.
    func exit(of id: String, for reference: ContainerReference) async -> EngineEvent? {
        guard let details = try? await client.call("GET", "/containers/\(id)/json", timeout: limits.inspect) else {
            return nil
        }
        guard case .exited(var exit) = DockerInspection(details).state(now()) else { return nil }
        // All containers of a control group are told when its limit is reached; only one of them may have been killed.
        if exit.exitCode == 137, outOfMemory.contains(id) { exit.isOutOfMemory = true }
        return .exited(reference, exit)
    }

    private func remove(_ id: String, for reference: ContainerReference) async -> EngineEvent? {
        published[id] = nil
        interfaceNames[id] = nil
        outOfMemory.remove(id)
        do {
            _ = try await client.call(
                "DELETE", "/containers/\(id)", query: [("force", "true"), ("v", "true")], timeout: limits.remove)
        } catch  where error.kind != .missing {
            return .removeFailed(reference, error)
        } catch {}
        await removeMetadata(of: id)
        return .removed(reference)
    }

    private func survey() async -> EngineEvent? {
        let filter = JSONValue.object(["label": .array([.string("io.roost.instance=\(instance)")])])
        let text = String(decoding: filter.encode(), as: UTF8.self)
        let found: JSONValue
        do {
            found = try await client.call(
                "GET", "/containers/json", query: [("all", "true"), ("filters", text)], timeout: limits.inspect)
        } catch {
            logger.warning("could not list containers", metadata: ["error": "\(error.message)"])
            return .surveyFailed
        }
        var containers: [SurveyedContainer] = []
        for item in found.arrayValue ?? [] {
            guard let id = item["Id"]?.stringValue, let reference = ContainerReference(labels: item["Labels"]) else {
                continue
            }
            do {
                let details = try await client.call("GET", "/containers/\(id)/json", timeout: limits.inspect)
                let inspection = DockerInspection(details)
                noteMetadata(details, of: id)
                noteInterface(item["Labels"], of: id)
                containers.append(
                    SurveyedContainer(
                        reference: reference, id: id, name: inspection.name, state: inspection.state(now()),
                        health: inspection.health))
            } catch  where error.kind == .missing {
                continue
            } catch {
                // Without it the container would seem to be gone, and its task would be stopped for that.
                logger.warning("could not inspect a container", metadata: ["error": "\(error.message)"])
                return .surveyFailed
            }
        }
        await sweepInterfaces()
        return .surveyed(containers)
    }

    package func usage(of ids: [String]) async -> [String: ContainerUsage] {
        var result: [String: ContainerUsage] = [:]
        for id in ids {
            let query = [("stream", "false"), ("one-shot", "true")]
            let answer = try? await client.call("GET", "/containers/\(id)/stats", query: query, timeout: limits.inspect)
            if let answer { result[id] = ContainerUsage(stats: answer) }
            if let traffic = traffic(of: id) { result[id]?.network = traffic }
        }
        return result
    }
}

extension ContainerCreation {
    /// Whether the engine will choose or bind ports.
    fileprivate var publishesPorts: Bool {
        let host = configuration["HostConfig"]
        return host?["PortBindings"]?.members?.isEmpty == false || host?["PublishAllPorts"]?.boolValue == true
    }
}
