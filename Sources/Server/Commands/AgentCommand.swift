import AWSWire
import ArgumentParser
import NIOPosix

/// `roost agent`: a container instance that joins a region.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Run container instances on this machine and join a region.",
        discussion: "Signs with --token, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the credentials in --data.")

    @OptionGroup var data: DataOption
    @OptionGroup var engine: EngineOptions

    @Option(help: "The region's address, http://HOST:PORT (ROOST_SERVER, AWS_ENDPOINT_URL; default: that of --data).")
    var server: String?

    @Option(help: "The cluster to join (ROOST_CLUSTER; default: default).")
    var cluster: String?

    @Option(help: "What `roost token` printed where the region runs (ROOST_TOKEN).")
    var token: String?

    @Option(help: "The instance's zone, for example us-east-1a (ROOST_ZONE; default: the region's zone a).")
    var zone: String?

    @Option(help: "The instance's name; its state is kept under it in --data (ROOST_NAME; default: agent).")
    var name: String?

    @Option(help: "How many instances to run, NAME-1 and so on (ROOST_INSTANCES; default 1).")
    var instances: Int?

    @Option(help: "The capacity provider the instance is of (ROOST_CAPACITY_PROVIDER; default: none).")
    var capacityProvider: String?

    @Option(help: "CPU units each offers, 1,024 to a core (ROOST_CPU; default: an equal share of all).")
    var cpu: Int?

    @Option(help: "MiB of memory each offers (ROOST_MEMORY; default: an equal share of all).")
    var memory: Int?

    @Option(help: "The ids of the GPUs to offer, with commas between them (ROOST_GPUS; default: none).")
    var gpus: String?

    @Option(help: "How many tasks of network mode awsvpc to take (ROOST_TASK_INTERFACES; default: 120).")
    var taskInterfaces: Int?

    @Option(help: "The IPv4 address at which others reach it (ROOST_ADDRESS; default: as the region sees it).")
    var address: String?

    private var tokenText: String? { token ?? Environment.roost("TOKEN") }
    private var joinToken: JoinToken? { tokenText.flatMap(JoinToken.init) }
    private var baseName: String { name ?? Environment.roost("NAME") ?? "agent" }
    private var givenAddress: String? { address ?? Environment.roost("ADDRESS") }
    private var count: Int { instances ?? Environment.roost("INSTANCES").map { Int($0) ?? -1 } ?? 1 }
    private var names: [String] { count == 1 ? [baseName] : (1...count).map { "\(baseName)-\($0)" } }

    func validate() throws {
        let name = baseName
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        else { throw ValidationError("--name takes letters, digits, hyphens and underscores.") }
        guard (1...100).contains(count) else { throw ValidationError("--instances takes a number from 1 to 100.") }
        guard count == 1 || (gpus ?? Environment.roost("GPUS") ?? "").isEmpty else {
            throw ValidationError("--gpus goes with one instance: a GPU is offered once.")
        }
        guard tokenText == nil || joinToken != nil else {
            throw ValidationError("--token takes what `roost token` prints.")
        }
        guard taskInterfaces ?? 0 >= 0 else { throw ValidationError("--task-interfaces takes a number from 0.") }
        guard givenAddress.map({ IPv4Address($0) != nil }) ?? true else {
            throw ValidationError("--address takes an IPv4 address.")
        }
        guard cpu ?? 1 > 0, memory ?? 1 > 0 else { throw ValidationError("--cpu and --memory take positive numbers.") }
    }

    func run() async throws {
        let signals = Signals()
        let group = AgentThread.group(isSimulated: engine.isSimulated)
        try await engine.check(on: group)
        let directory = try DataDirectory.make(data.directory)
        let agents = try names.map { name in
            let configuration = try engine.configuration(settings(directory, name))
            return try RunningAgent(configuration, name: name, on: group.next())
        }
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await signals.wait() }
            tasks.addTask { for agent in agents { await agent.finished() } }
            await tasks.next()
            tasks.cancelAll()
            for agent in agents { await agent.stop() }
        }
    }

    private func settings(_ directory: DataDirectory, _ name: String) throws -> AgentSettings {
        let announced = try? directory.announced()
        let known = Environment.value("AWS_ENDPOINT_URL_ECS") ?? Environment.value("AWS_ENDPOINT_URL")
        guard let address = server ?? Environment.roost("SERVER") ?? known ?? announced?.endpoint else {
            throw UserError("Say which region to join: --server http://HOST:PORT.")
        }
        let region =
            Environment.roost("REGION") ?? Environment.value("AWS_REGION")
            ?? Environment.value("AWS_DEFAULT_REGION") ?? announced?.region ?? "us-east-1"
        let whole = MachineSize.current.slice(count, isSimulated: engine.isSimulated)
        return AgentSettings(
            server: address, cluster: cluster ?? Environment.roost("CLUSTER") ?? "default",
            zone: zone ?? Environment.roost("ZONE") ?? region + "a", region: region,
            credential: try joinToken?.credential ?? directory.givenOrKeptCredential(),
            size: MachineSize(
                cpuUnits: cpu ?? Environment.roost("CPU").flatMap { Int($0) } ?? whole.cpuUnits,
                memoryMiB: memory ?? Environment.roost("MEMORY").flatMap { Int($0) } ?? whole.memoryMiB),
            directory: directory.path + "/instances/" + name,
            capacityProvider: capacityProvider ?? Environment.roost("CAPACITY_PROVIDER"),
            gpuIDs: (gpus ?? Environment.roost("GPUS") ?? "").split(separator: ",").map(String.init),
            taskInterfaces: taskInterfaces ?? Environment.roost("TASK_INTERFACES").flatMap { Int($0) },
            privateAddress: givenAddress ?? OwnAddress.towards(address))
    }
}
