import Agent
import ArgumentParser
import NIOCore

/// Which engine runs the containers; the options of `up` and `agent`.
struct EngineOptions: ParsableArguments {
    @Option(help: "What runs the containers: docker (see DOCKER_HOST) or simulated (ROOST_ENGINE; default docker).")
    var engine: String?

    @Option(help: "When images are pulled: prefer-cached, default or always (ROOST_PULL; default prefer-cached).")
    var pull: String?

    private var engineName: String { engine ?? Environment.roost("ENGINE") ?? "docker" }
    private var pullName: String { pull ?? Environment.roost("PULL") ?? "prefer-cached" }

    var isSimulated: Bool { engineName == "simulated" }

    /// The socket's address.
    static var dockerHost: String { Environment.value("DOCKER_HOST") ?? "unix:///var/run/docker.sock" }

    func validate() throws {
        guard ["docker", "simulated"].contains(engineName) else {
            throw ValidationError("--engine is docker or simulated, not '\(engineName)'.")
        }
        guard DockerEngine.PullBehavior(rawValue: pullName) != nil else {
            throw ValidationError("--pull is prefer-cached, default or always, not '\(pullName)'.")
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
            kind = .simulated(SimulatedContainers.Delays())
        } else {
            guard let endpoint = Endpoint(engine: EngineOptions.dockerHost) else {
                throw UserError("DOCKER_HOST is unix:///path or tcp://host:port, not '\(EngineOptions.dockerHost)'.")
            }
            kind = .docker(endpoint, DockerEngine.PullBehavior(rawValue: pullName) ?? .preferCached)
        }
        return try settings.configuration(kind)
    }
}
