import Agent
import ArgumentParser
import NIOCore
import NodeNet

/// Which engine runs the containers; the options of `up` and `agent`.
struct EngineOptions: ParsableArguments {
    @Option(help: "What runs the containers: docker (see DOCKER_HOST) or simulated (ROOST_ENGINE; default docker).")
    var engine: String?

    @Option(
        help: """
            When images are pulled: prefer-cached, default, always or once (ROOST_PULL, ECS_IMAGE_PULL_BEHAVIOR; \
            default: prefer-cached).
            """)
    var pull: String?

    @Option(
        help: "How long the simulated engine takes, for example pull=2s,create=0ms,start=300ms,stop=1s (ROOST_DELAYS)."
    )
    var delays: String?

    @Option(
        help: "Servers of EFS and FSx file systems, for example fs-1=10.0.0.5,fs-2=nas.local (ROOST_FILE_SYSTEM_HOSTS)."
    )
    var fileSystemHosts: String?

    private var hostsText: String { fileSystemHosts ?? Environment.roost("FILE_SYSTEM_HOSTS") ?? "" }
    private var engineName: String { engine ?? Environment.roost("ENGINE") ?? "docker" }
    private var pullName: String {
        pull ?? Environment.roost("PULL") ?? Environment.value("ECS_IMAGE_PULL_BEHAVIOR") ?? "prefer-cached"
    }

    private var delaysText: String { delays ?? Environment.roost("DELAYS") ?? "" }

    var isSimulated: Bool { engineName == "simulated" }

    /// The socket's address.
    static var dockerHost: String { Environment.value("DOCKER_HOST") ?? "unix:///var/run/docker.sock" }

    func validate() throws {
        guard ["docker", "simulated"].contains(engineName) else {
            throw ValidationError("--engine is docker or simulated, not '\(engineName)'.")
        }
        guard ImagePolicy.PullBehavior(rawValue: pullName) != nil else {
            throw ValidationError("--pull is prefer-cached, default, always or once, not '\(pullName)'.")
        }
        guard FileSystemHosts(hostsText) != nil else {
            throw ValidationError("--file-system-hosts takes pairs such as fs-1=10.0.0.5,fs-2=nas.local.")
        }
        guard SimulatedDelays.parse(delaysText) != nil else {
            throw ValidationError("--delays takes steps and times such as pull=2s,start=300ms, not '\(delaysText)'.")
        }
    }

    /// - Throws: when the real engine is wanted and does not answer.
    func check(on group: any EventLoopGroup) async throws {
        guard !isSimulated else { return }
        do { _ = try await EngineProbe.version(EngineOptions.dockerHost, on: group) } catch {
            throw UserError(
                "No Docker Engine answers at \(EngineOptions.dockerHost) (\(error)). Start one, set DOCKER_HOST, "
                    + "or use --engine simulated. `roost doctor` tells more.")
        }
    }

    /// The agent's own form of the engine and the settings.
    func configuration(_ settings: AgentSettings) throws -> AgentConfiguration {
        let kind: AgentConfiguration.Engine
        if isSimulated {
            kind = .simulated(SimulatedDelays.parse(delaysText) ?? SimulatedContainers.Delays())
        } else {
            guard let endpoint = Endpoint(engine: EngineOptions.dockerHost) else {
                throw UserError("DOCKER_HOST is unix:///path or tcp://host:port, not '\(EngineOptions.dockerHost)'.")
            }
            kind = .docker(endpoint, try ImageSettings.policy(ImagePolicy.PullBehavior(rawValue: pullName)))
        }
        var configuration = try settings.configuration(kind)
        configuration.fileSystemHosts = FileSystemHosts(hostsText) ?? FileSystemHosts()
        return configuration
    }
}
