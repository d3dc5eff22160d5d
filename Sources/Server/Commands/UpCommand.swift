import AWSWire
import Agent
import ArgumentParser
import Balancer
import Foundation
import Logging
import NIOCore
import NIOPosix
import NodeNet
import State

/// `roost up`: a whole region in one process.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Run a whole region: API, control and container instances.")

    @OptionGroup var region: RegionOptions
    @OptionGroup var engine: EngineOptions

    @Option(help: "How many container instances to start on this machine (ROOST_INSTANCES; default 1).")
    var instances: Int?

    @Option(help: "The zone letters the instances are spread over (ROOST_ZONES; default a,b).")
    var zones: String?

    @Flag(help: "Begin with an empty directory, after removing the containers the region owns (ROOST_FRESH=1).")
    var fresh = false

    private var instanceCount: Int? { instances ?? Environment.roost("INSTANCES").map { Int($0) ?? -1 } ?? 1 }

    private var zoneLetters: [String] {
        (zones ?? Environment.roost("ZONES") ?? "a,b").split(separator: ",").map(String.init)
    }

    func validate() throws {
        guard let count = instanceCount, (0...100).contains(count) else {
            throw ValidationError("--instances takes a number from 0 to 100.")
        }
        let isLetter = { (zone: String) in zone.utf8.count == 1 && zone.utf8.allSatisfy { (0x61...0x7A).contains($0) } }
        guard !zoneLetters.isEmpty, zoneLetters.allSatisfy(isLetter) else {
            throw ValidationError("--zones takes letters with commas between them, for example a,b,c.")
        }
    }

    func run() async throws {
        let signals = Signals()
        let group = MultiThreadedEventLoopGroup.singleton
        let count = instanceCount ?? 1
        if count > 0 { try await engine.check(on: group) }
        let directory = try DataDirectory.make(region.data.directory)
        try directory.lock()
        let isFresh = fresh || Environment.roost("FRESH").map { $0 != "0" && $0 != "false" } ?? false
        if isFresh { try await Fresh.begin(directory.path, engine, on: group) }
        let logger = Log.logger("up")
        let region = try await Serving.start(try region.settings(directory), directory, on: group, logger)
        let agents = try startAgents(count, region, directory, AgentThread.group(isSimulated: engine.isSimulated))
        let balancer = try startBalancer(region, directory, on: group, logger)
        let announcement = Task { await announce(region, directory, count) }
        await signals.wait()
        announcement.cancel()
        for agent in agents { await agent.stop() }
        await balancer?.stop()
        await region.stop()
        await announcement.value
    }

    private func announce(_ region: Region, _ directory: DataDirectory, _ count: Int) async {
        await region.waitForInstances(count)
        guard !Task.isCancelled else { return }
        Announcement.show(region, directory, instances: count)
    }

    /// The load balancer node of this machine. HAProxy runs once there is something to serve.
    private func startBalancer(
        _ region: Region, _ directory: DataDirectory, on group: any EventLoopGroup, _ logger: Logger
    ) throws -> RunningBalancer? {
        guard engine.isSimulated || BalancerPrograms.all.first(where: { $0.name == "haproxy" })?.isThere ?? false else {
            logger.warning("load balancers stay provisioning: HAProxy is not installed (apt-get install haproxy)")
            return nil
        }
        guard let server = ServerURL(region.localEndpoint) else {
            preconditionFailure("a region's own address can be read")
        }
        let zone = region.settings.realm.region + (zoneLetters.first ?? "a")
        var settings = try LocalBalancer.settings(directory, zone, isSimulated: engine.isSimulated)
        settings.control = .init(
            server: server, region: region.settings.realm.region, credential: region.settings.credential)
        settings.hostAddress = OwnAddress.listening(on: region.settings.host)
        return try RunningBalancer(settings, on: group)
    }

    private func startAgents(
        _ count: Int, _ region: Region, _ directory: DataDirectory, _ group: any EventLoopGroup
    ) throws -> [RunningAgent] {
        let slice = MachineSize.current.slice(count, isSimulated: engine.isSimulated)
        return try (0..<count).map { index in
            let zone = region.settings.realm.region + zoneLetters[index % zoneLetters.count]
            var settings = AgentSettings(
                server: region.localEndpoint, cluster: "default", zone: zone,
                region: region.settings.realm.region, credential: region.settings.credential, size: slice,
                directory: directory.path + "/instances/\(index + 1)")
            settings.privateAddress = OwnAddress.listening(on: region.settings.host)
            return try RunningAgent(try engine.configuration(settings), name: "agent-\(index + 1)", on: group.next())
        }
    }
}

extension Region {
    /// How long the announcement waits for the local instances. One whose engine is slow joins later.
    private static let joinLimit: Duration = .seconds(5)

    /// Waits until tasks can be placed, so that what is typed after the announcement works.
    fileprivate func waitForInstances(_ count: Int) async {
        let end = ContinuousClock.now + Region.joinLimit
        while ContinuousClock.now < end {
            let connected = lane.durable.list(ContainerInstanceRecord.self).count { $0.agentConnected }
            guard connected < count, (try? await Task.sleep(for: .milliseconds(5))) != nil else { return }
        }
    }
}
