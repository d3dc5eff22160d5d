import AWSWire
import Agent
import Foundation
import Logging
import NIOCore
import NodeNet

/// What `up` and `roost agent` know of an agent.
struct AgentSettings {
    var server: String
    var cluster: String
    /// For example `us-east-1a`.
    var zone: String
    var region: String
    var credential: Credential
    var size: MachineSize
    var directory: String
    /// The capacity provider the instance belongs to: there is no Auto Scaling group that says it.
    var capacityProvider: String?
    var gpuIDs: [String] = []
    /// How many tasks of network mode awsvpc it takes; nil for the region's default.
    var taskInterfaces: Int?
    /// Where other machines reach it.
    var privateAddress = "127.0.0.1"

    func configuration(_ engine: AgentConfiguration.Engine) throws -> AgentConfiguration {
        guard let url = ServerURL(server) else {
            throw UserError("--server takes http://HOST:PORT or https://HOST:PORT, not '\(server)'.")
        }
        var configuration = AgentConfiguration(
            server: url, cluster: cluster, region: region, availabilityZone: zone, credential: credential,
            cpuUnits: size.cpuUnits, memoryMiB: size.memoryMiB, stateDirectory: directory, engine: engine)
        configuration.gpuIDs = gpuIDs
        configuration.writesContainerMetadata =
            Environment.value("ECS_ENABLE_CONTAINER_METADATA")?.lowercased() == "true"
        configuration.blocksInstanceMetadata =
            Environment.value("ECS_AWSVPC_BLOCK_IMDS")?.lowercased() == "true"
        if let objects = Environment.value("AWS_ENDPOINT_URL_S3") {
            guard let url = ServerURL(objects) else {
                throw UserError("AWS_ENDPOINT_URL_S3 takes http://HOST:PORT or https://HOST:PORT, not '\(objects)'.")
            }
            configuration.objectServer = url
        }
        configuration.privateAddress = privateAddress
        if let taskInterfaces { configuration.attributes["ecs.task-interfaces"] = String(taskInterfaces) }
        if let capacityProvider { configuration.attributes["ecs.capacity-provider"] = capacityProvider }
        if let text = Environment.value("ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION"), let delay = Duration(goText: text) {
            configuration.timings.cleanupDelay = delay
        }
        return configuration
    }
}

extension Duration {
    /// Reads one number with a unit, as the agent's settings are written: `30s`, `10m`, `3h`.
    init?(goText text: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int(text.dropLast()), number > 0 else {
            return nil
        }
        self = .seconds(number * unit)
    }
}

/// What a machine, or a slice of it, offers to tasks.
struct MachineSize: Sendable, Equatable {
    /// 1,024 to a core.
    var cpuUnits: Int
    var memoryMiB: Int

    /// The whole machine.
    static var current: MachineSize {
        let info = ProcessInfo.processInfo
        return MachineSize(
            cpuUnits: info.processorCount * 1_024, memoryMiB: Int(info.physicalMemory >> 20))
    }

    /// One of `count` equal slices. A simulated instance runs nothing, so it offers as much as a large host.
    func slice(_ count: Int, isSimulated: Bool) -> MachineSize {
        if isSimulated { return MachineSize(cpuUnits: 1_024 * 1_024, memoryMiB: 4 << 20) }
        return MachineSize(cpuUnits: cpuUnits / max(1, count), memoryMiB: memoryMiB / max(1, count))
    }
}

/// An agent that works in the background.
struct RunningAgent {
    private let agent: Agent
    private let work: Task<Void, Never>

    init(_ configuration: AgentConfiguration, name: String, on loop: any EventLoop) throws {
        let logger = Log.logger(name)
        do {
            agent = try Agent(
                configuration, loop: loop, logger: logger, random: SystemEntropy.seeded(), now: { WallClock.now })
        } catch { throw UserError("The agent's directory \(configuration.stateDirectory) cannot be used: \(error)") }
        let agent = agent
        work = Task {
            do { try await agent.run() } catch { logger.error("the agent has ended", metadata: ["error": "\(error)"]) }
        }
    }

    /// Waits for its end.
    func finished() async { await work.value }

    /// Ends it; containers stay.
    func stop() async {
        await agent.shutdown()
        await work.value
    }
}
