import AWSModels
import AWSWire
import Logging
import NIOCore
import NodeLink
import NodeNet

/// What an agent needs to serve its tasks' containers.
struct TaskEndpoints: Sendable {
    var servers: [EndpointServer] = []
    let peers: EndpointPeers
    let audit: AuditLog
    var rateLimit = RateLimit()
    /// Containers whose last statistics are kept.
    static let maximumStatistics = 512
    /// The last statistics of containers, by the engine's ids.
    var statistics: [String: JSONValue] = [:]
}

/// The endpoints for tasks: metadata, credentials, protection, and the agent's own introspection.
extension Agent {
    /// Begins to serve.
    /// - Returns: the address for containers; nil when this agent does not serve any, or cannot.
    func openEndpoints() async -> String? {
        guard case .docker = configuration.engine, let wanted = configuration.endpoints else { return nil }
        let peers = EndpointPeers(root: wanted.peerDirectory, instance: instanceID, group: loop)
        var endpoints = TaskEndpoints(
            peers: peers, audit: AuditLog(configuration.stateDirectory + "/audit.log"))
        do {
            if let address = IPv4Address(wanted.host), !wanted.host.hasPrefix("127.") {
                try LinkLocalAddress.add(address)
            }
            try await peers.prepare()
            let place = EndpointServer.Place.tcp(host: wanted.host, port: wanted.port, isShared: true)
            let front = try await EndpointServer.start(place, on: loop) { [weak self] request, caller in
                await self?.serve(request, from: caller) ?? .notFound
            }
            endpoints.servers.append(front)
            let back = try await EndpointServer.start(.unix(path: peers.socketPath), on: loop) {
                [weak self] request, _ in
                await self?.answer(request, from: request.headers[EndpointPeers.callerHeader] ?? "") ?? .notFound
            }
            endpoints.servers.append(back)
            await openIntrospection(wanted, &endpoints)
            self.endpoints = endpoints
            return front.port == 80 ? wanted.host : "\(wanted.host):\(front.port)"
        } catch {
            for server in endpoints.servers { await server.stop() }
            let metadata: Logger.Metadata = ["address": "\(wanted.host):\(wanted.port)", "error": "\(error)"]
            logger.error("tasks with a role are not taken: their endpoints cannot be served", metadata: metadata)
            return nil
        }
    }

    /// One agent of a machine can have the port; for the others it is a pity, no more.
    private func openIntrospection(_ wanted: AgentConfiguration.Endpoints, _ endpoints: inout TaskEndpoints) async {
        guard let port = wanted.introspectionPort else { return }
        let place = EndpointServer.Place.tcp(host: "127.0.0.1", port: port, isShared: false)
        do {
            let server = try await EndpointServer.start(place, on: loop) { [weak self] request, _ in
                await self?.introspect(request) ?? .notFound
            }
            endpoints.servers.append(server)
        } catch {
            logger.debug("no introspection", metadata: ["port": "\(port)", "error": "\(error)"])
        }
    }

    func closeEndpoints() async {
        for server in endpoints?.servers ?? [] { await server.stop() }
        endpoints = nil
    }

    // MARK: Requests

    /// A request of a container: limited, and passed on when it concerns another agent's task.
    private func serve(_ request: HTTPRequestMessage, from caller: String) async -> EndpointResponse {
        let address = String(caller.prefix { $0 != ":" })
        guard endpoints?.rateLimit.admit(address, at: now()) == true else {
            return .text(429, "You have reached maximum request limit.")
        }
        let own = await answer(request, from: caller)
        guard own.isForeign else { return own }
        var answer = await endpoints?.peers.ask(request, from: caller) ?? own
        answer.isForeign = false
        return answer
    }

    private func answer(_ request: HTTPRequestMessage, from caller: String) async -> EndpointResponse {
        switch EndpointRoute(path: request.rawPath, query: request.rawQuery) {
        case .credentials(let id, let version): return credentials(id, version, request, caller)
        case .metadata(let version, let id, let subject): return await metadata(version, id, subject)
        case .byAddress(let subject): return await metadata(subject, at: String(caller.prefix { $0 != ":" }))
        case .protection(let id): return await protection(id, request)
        case .unknown: return .notFound
        }
    }

    private func credentials(
        _ id: String?, _ version: Int, _ request: HTTPRequestMessage, _ caller: String
    ) -> EndpointResponse {
        let entry = id.flatMap { machine.credentials.entry($0) }
        let isAwaited = entry == nil && id.map { machine.awaitsCredentials($0) } ?? false
        let response = CredentialsEndpoint.answer(id, version: version, entry, isAwaited: isAwaited)
        guard !response.isForeign else { return response }
        endpoints?.audit.append(
            AuditLog.line(
                at: now(), status: response.status, caller: caller, version: version,
                userAgent: request.headers["User-Agent"] ?? "", task: entry?.task,
                event: entry?.isForExecution == true ? "GetCredentialsExecutionRole" : "GetCredentials",
                cluster: configuration.cluster, instance: machine.containerInstanceARN))
        return response
    }

    // MARK: Metadata

    private func metadata(_ version: Int, _ id: String, _ subject: EndpointRoute.Subject) async -> EndpointResponse {
        guard let (task, container) = machine.container(endpoint: id) else {
            return EndpointErrors.unknown(version, id, subject)
        }
        switch subject {
        case .container:
            return .json(200, await rendering(version, of: task, [container]).container(container))
        case .task: return .json(200, await rendering(version, of: task, task.containers).task())
        case .taskWithTags:
            let tags = await tags(of: task)
            return .json(200, await rendering(version, of: task, task.containers).task(tags))
        case .containerStatistics:
            guard let statistics = await statistics(of: container, in: task) else {
                return EndpointErrors.noStatistics(version, container)
            }
            return .json(200, statistics)
        case .taskStatistics: return .json(200, await statistics(of: task))
        case .associations(let type):
            return .json(200, TaskMetadata.associations(type, of: container.name, in: task.task))
        case .association(let type, let name):
            guard let content = TaskMetadata.association(type, name, of: container.name, in: task.task) else {
                return EndpointErrors.noAssociation(version, type, name)
            }
            return EndpointResponse(status: 200, body: content)
        }
    }

    /// Version 2: only a network interface of its own makes an address a task's own.
    private func metadata(_ subject: EndpointRoute.AddressedSubject, at address: String) async -> EndpointResponse {
        guard let task = machine.task(at: address) else { return EndpointErrors.unknownAddress(address) }
        switch subject {
        case .task: return .json(200, await rendering(2, of: task, task.containers).task())
        case .taskWithTags:
            let tags = await tags(of: task)
            return .json(200, await rendering(2, of: task, task.containers).task(tags))
        case .taskStatistics: return .json(200, await statistics(of: task))
        case .container(let id):
            guard let container = task.containers.first(where: { $0.id == id }) else {
                return EndpointErrors.unknownContainer(id)
            }
            return .json(200, await rendering(2, of: task, [container]).container(container))
        case .containerStatistics(let id):
            guard let container = task.containers.first(where: { $0.id == id }),
                let statistics = await statistics(of: container, in: task)
            else { return EndpointErrors.unknownContainer(id) }
            return .json(200, statistics)
        }
    }

    private func rendering(
        _ version: Int, of task: TaskMachine, _ containers: [ContainerMachine]
    ) async -> TaskMetadata {
        TaskMetadata(
            machine: task, sights: await sights(containers), cluster: configuration.cluster,
            availabilityZone: configuration.availabilityZone, version: version)
    }

    private func sights(_ containers: [ContainerMachine]) async -> [String: ContainerSight] {
        var sights: [String: ContainerSight] = [:]
        for id in containers.compactMap(\.id) { sights[id] = ContainerSight(await engine.details(of: id) ?? .null) }
        return sights
    }

    /// What a container uses. Its network is that of the container which holds it.
    private func statistics(of container: ContainerMachine, in task: TaskMachine) async -> JSONValue? {
        guard let id = container.id else { return nil }
        guard !container.isInternal, let holder = task.containers.first(where: \.holdsNetwork)?.id else {
            return await statistics(of: id)
        }
        async let network = statistics(of: holder)
        guard var own = await statistics(of: id) else { return nil }
        let shared = await network
        own["networks"] = shared?["networks"]
        own["network_rate_stats"] = shared?["network_rate_stats"]
        return own
    }

    /// Two samples make a rate. The first time the engine takes both, which costs a second; later ones are compared
    /// with the one before.
    private func statistics(of id: String) async -> JSONValue? {
        let earlier = endpoints?.statistics[id]
        guard let latest = await engine.statistics(of: id, isOneShot: earlier != nil) else {
            endpoints?.statistics[id] = nil
            return nil
        }
        // Those of containers that are gone are of no use; they are few, and now and then all begin anew.
        if endpoints?.statistics.count ?? 0 >= TaskEndpoints.maximumStatistics { endpoints?.statistics = [:] }
        endpoints?.statistics[id] = latest
        return ContainerStatistics.merge(latest, after: earlier)
    }

    private func statistics(of task: TaskMachine) async -> JSONValue {
        await withTaskGroup(of: (String, JSONValue?).self) { group in
            for container in task.containers {
                guard let id = container.id else { continue }
                group.addTask { (id, await self.statistics(of: container, in: task)) }
            }
            var found: [(id: String, statistics: JSONValue?)] = []
            for await (id, statistics) in group { found.append((id, statistics)) }
            return ContainerStatistics.ofTask(found)
        }
    }

    /// The tags of a task and of its instance, asked of the API.
    private func tags(of task: TaskMachine) async -> TaskMetadata.Tags {
        var tags = TaskMetadata.Tags()
        do { tags.task = try await self.tags(of: task.arn) } catch {
            tags.errors.append(EndpointErrors.tags("TaskTags", task.arn, error))
        }
        let instance = machine.containerInstanceARN
        do { tags.instance = try await self.tags(of: instance) } catch {
            tags.errors.append(EndpointErrors.tags("ContainerInstanceTags", instance, error))
        }
        return tags
    }

    private func tags(of arn: String) async throws -> [String: String] {
        let request = ECS.ListTagsForResourceRequest(resourceArn: arn)
        let answer = try await api.call("ListTagsForResource", request, answer: ECS.ListTagsForResourceResponse.self)
        let pairs = (answer.tags ?? []).compactMap { tag in tag.key.map { ($0, tag.value ?? "") } }
        return Dictionary(pairs) { $1 }
    }

    // MARK: Protection

    private func protection(_ id: String, _ request: HTTPRequestMessage) async -> EndpointResponse {
        guard let (task, _) = machine.container(endpoint: id) else { return EndpointErrors.unknownProtection }
        guard ["GET", "PUT"].contains(request.method) else { return .text(405, "") }
        do {
            let wanted = try TaskProtectionEndpoint.request(request.method, request.body)
            let entry = task.task.roleCredentials?.credentialsId.flatMap { machine.credentials.entry($0) }
            guard let credential = entry?.credentials.credential else { return EndpointErrors.noRole(task.arn) }
            return try await protection(wanted, of: task.arn, credential)
        } catch let refusal as TaskProtectionEndpoint.Refusal {
            return TaskProtectionEndpoint.refuse(task.arn, refusal)
        } catch let error as WireError {
            let refusal = TaskProtectionEndpoint.Refusal(
                status: error.status, code: error.code, message: error.message)
            return TaskProtectionEndpoint.refuse(task.arn, refusal)
        } catch { return EndpointErrors.noServer(task.arn) }
    }

    /// Asks the API as the task.
    private func protection(
        _ wanted: TaskProtectionEndpoint.Request, of task: String, _ credential: Credential
    ) async throws -> EndpointResponse {
        let timeout = Duration.seconds(4)
        switch wanted {
        case .get:
            let request = ECS.GetTaskProtectionRequest(cluster: configuration.cluster, tasks: [task])
            let answer = try await api.call(
                "GetTaskProtection", request, answer: ECS.GetTaskProtectionResponse.self, as: credential,
                timeout: timeout)
            return TaskProtectionEndpoint.answer(answer.protectedTasks ?? [], answer.failures ?? [])
        case .set(let isProtected, let minutes):
            let request = ECS.UpdateTaskProtectionRequest(
                cluster: configuration.cluster, tasks: [task], protectionEnabled: isProtected,
                expiresInMinutes: minutes)
            let answer = try await api.call(
                "UpdateTaskProtection", request, answer: ECS.UpdateTaskProtectionResponse.self, as: credential,
                timeout: timeout)
            return TaskProtectionEndpoint.answer(answer.protectedTasks ?? [], answer.failures ?? [])
        }
    }

    // MARK: Introspection

    private func introspect(_ request: HTTPRequestMessage) async -> EndpointResponse {
        let tasks = machine.tasks.values.sorted { $0.arn < $1.arn }
        let containers = Introspection.needsContainers(request.rawPath) ? tasks.flatMap(\.containers) : []
        let introspection = Introspection(
            cluster: configuration.cluster, containerInstanceARN: machine.containerInstanceARN, tasks: tasks)
        return introspection.answer(request.rawPath, query: request.rawQuery, await sights(containers))
    }
}

extension AgentMachine {
    /// The container that an endpoint's id stands for, with its task.
    func container(endpoint id: String) -> (TaskMachine, ContainerMachine)? {
        for task in tasks.values {
            for container in task.containers
            where EndpointID.make(task: task.arn, engineName: container.engineName) == id { return (task, container) }
        }
        return nil
    }

    /// The task with this address; nil when none has it now.
    func task(at address: String) -> TaskMachine? {
        guard let address = IPv4Address(address) else { return nil }
        return tasks.values.first { $0.interface?.address == address && !$0.isStopped }
    }

    /// Whether a task of this agent has credentials of this id, which have not come yet: they are on no disk.
    func awaitsCredentials(_ id: String) -> Bool {
        tasks.values.contains { task in
            !task.isStopped
                && [task.task.roleCredentials, task.task.executionRoleCredentials].contains { $0?.credentialsId == id }
        }
    }
}

extension ACS.IAMRoleCredentials {
    /// What requests are signed with; nil when a part is missing.
    var credential: Credential? {
        guard let accessKeyId, let secretAccessKey else { return nil }
        return Credential(accessKeyID: accessKeyId, secretAccessKey: secretAccessKey, sessionToken: sessionToken)
    }
}
