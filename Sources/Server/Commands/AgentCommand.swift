import AWSWire
import ArgumentParser
import NIOPosix

/// `roost agent`: a container instance that joins a region.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Run a container instance on this machine and join a region.",
        discussion: "Signs with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or with the credentials in --data.")

    @OptionGroup var data: DataOption
    @OptionGroup var engine: EngineOptions

    @Option(help: "The region's address, http://HOST:PORT (ROOST_SERVER, AWS_ENDPOINT_URL; default: that of --data).")
    var server: String?

    @Option(help: "The cluster to join (ROOST_CLUSTER; default: default).")
    var cluster: String?

    @Option(help: "The instance's zone, for example us-east-1a (ROOST_ZONE; default: the region's zone a).")
    var zone: String?

    @Option(help: "The instance's name; its state is kept under it in --data (ROOST_NAME; default: agent).")
    var name: String?

    @Option(help: "The capacity provider the instance is of (ROOST_CAPACITY_PROVIDER; default: none).")
    var capacityProvider: String?

    @Option(help: "CPU units to offer, 1,024 to a core (ROOST_CPU; default: all).")
    var cpu: Int?

    @Option(help: "MiB of memory to offer (ROOST_MEMORY; default: all).")
    var memory: Int?

    func validate() throws {
        let name = name ?? Environment.roost("NAME") ?? "agent"
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        else { throw ValidationError("--name takes letters, digits, hyphens and underscores.") }
        guard cpu ?? 1 > 0, memory ?? 1 > 0 else { throw ValidationError("--cpu and --memory take positive numbers.") }
    }

    func run() async throws {
        let signals = Signals()
        let group = MultiThreadedEventLoopGroup.singleton
        try await engine.check(on: group)
        let directory = try DataDirectory.make(data.directory)
        let agent = try RunningAgent(try engine.configuration(settings(directory)), name: "agent", on: group.next())
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await signals.wait() }
            tasks.addTask { await agent.finished() }
            await tasks.next()
            tasks.cancelAll()
            await agent.stop()
        }
    }

    private func settings(_ directory: DataDirectory) throws -> AgentSettings {
        let announced = try? directory.announced()
        let known = Environment.value("AWS_ENDPOINT_URL_ECS") ?? Environment.value("AWS_ENDPOINT_URL")
        guard let address = server ?? Environment.roost("SERVER") ?? known ?? announced?.endpoint else {
            throw UserError("Say which region to join: --server http://HOST:PORT.")
        }
        let region =
            Environment.roost("REGION") ?? Environment.value("AWS_REGION")
            ?? Environment.value("AWS_DEFAULT_REGION") ?? announced?.region ?? "us-east-1"
        let whole = MachineSize.current.slice(1, isSimulated: engine.isSimulated)
        return AgentSettings(
            server: address, cluster: cluster ?? Environment.roost("CLUSTER") ?? "default",
            zone: zone ?? Environment.roost("ZONE") ?? region + "a", region: region,
            credential: try credential(directory),
            size: MachineSize(
                cpuUnits: cpu ?? Environment.roost("CPU").flatMap { Int($0) } ?? whole.cpuUnits,
                memoryMiB: memory ?? Environment.roost("MEMORY").flatMap { Int($0) } ?? whole.memoryMiB),
            directory: directory.path + "/instances/" + (name ?? Environment.roost("NAME") ?? "agent"),
            capacityProvider: capacityProvider ?? Environment.roost("CAPACITY_PROVIDER"))
    }

    private func credential(_ directory: DataDirectory) throws -> Credential {
        guard let key = Environment.value("AWS_ACCESS_KEY_ID"), let secret = Environment.value("AWS_SECRET_ACCESS_KEY")
        else { return try directory.keptCredential() }
        return Credential(
            accessKeyID: key, secretAccessKey: secret, sessionToken: Environment.value("AWS_SESSION_TOKEN"))
    }
}
