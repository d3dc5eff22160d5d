import AWSWire
import Logging
import NodeLink
import NodeNet

/// Sessions of ExecuteCommand: the region asks in the session for tasks, the agent dials, because it may be behind a
/// router that lets nobody in.
extension Agent {
    /// Sessions at once. Further ones are told so.
    private static let maximumSessions = 100

    /// Serves one session until it is over.
    func serve(session: String) async {
        guard let server = tasksServer else { return }
        execSessions += 1
        defer { execSessions -= 1 }
        let base = server.path.hasSuffix("/acs") ? String(server.path.dropLast(4)) : server.path
        let arn = machine.containerInstanceARN
        let query = "containerInstanceArn=\(PercentCoding.encode(arn))&session=\(PercentCoding.encode(session))"
        let request = HTTPRequestMessage(
            method: "GET", rawPath: base + "/exec/ws", rawQuery: query, headers: ["Host": server.authority])
        let signer = SigV4.Signer(configuration.credential, region: configuration.region, service: "ecs")
        do throws(WebSocket.Refusal) {
            let upgrade = signer.sign(request, at: api.clock.now)
            let socket = try await WebSocket.connect(server.endpoint, upgrade, group: loop)
            let relay = ExecRelay(socket, engine, loop: loop) { [weak self] order in
                await self?.target(of: order) ?? .failure(EngineFailure(.missing, "the container agent ends"))
            }
            await relay.run()
        } catch {
            logger.warning("a session was not opened", metadata: ["session": "\(session)", "error": "\(error)"])
        }
    }

    /// What an order means here: the container, and the command as the engine takes it.
    private func target(of order: ExecOrder) async -> Result<ExecRelay.Target, EngineFailure> {
        func refuse(_ text: String) -> Result<ExecRelay.Target, EngineFailure> {
            .failure(EngineFailure(.refused, text))
        }
        guard execSessions <= Agent.maximumSessions else {
            return refuse("the container agent serves \(Agent.maximumSessions) sessions already")
        }
        guard let container = machine.tasks[order.taskARN]?.container(order.container), container.phase == .running,
            let id = container.id, container.takesCommands, order.runtimeID ?? id == id
        else { return refuse("the container does not run") }
        guard let words = CommandWords.split(order.command) else {
            return refuse("a quote or a backslash in the command has no end")
        }
        guard !words.isEmpty else { return refuse("the command is empty") }
        let known = await engine.details(of: id)?["Config"]?["Env"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let command = EngineCommand(
            words, environment: Agent.environment(beside: known), hasTerminal: order.hasTerminal, size: order.size)
        return .success((id, command))
    }

    /// Source: observed, the environment of a command of ECS Exec.
    private static func environment(beside known: [String]) -> [String] {
        ["TERM=xterm-256color"] + (known.contains { $0.hasPrefix("LANG=") } ? [] : ["LANG=C.UTF-8"])
    }
}
