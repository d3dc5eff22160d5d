import AWSWire
import NodeLink
import NodeNet

/// Commands in containers that run already.
extension DockerEngine {
    /// Never typed: what detaches a client from a process, which by default takes Ctrl-P away from it.
    private static let detachKeys = "ctrl-^,ctrl-^,ctrl-^,ctrl-^,ctrl-^,ctrl-^,ctrl-^,ctrl-^"
    /// The same as the engine shows them, eight bytes 0x1E in base 64. Nobody else chooses these, so they tell which
    /// processes are an agent's.
    private static let shownDetachKeys = "Hh4eHh4eHh4="

    /// Begins a command as root, as ECS Exec does.
    /// Source: Amazon ECS Developer Guide, ECS Exec: commands run as the root user, whatever user the container has.
    package func execute(_ command: EngineCommand, in id: String) async throws(EngineFailure) -> any EngineProcess {
        func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        let body: JSONValue = [
            "AttachStdin": true, "AttachStdout": true, "AttachStderr": true, "Tty": .bool(command.hasTerminal),
            "Cmd": list(command.words), "Env": list(command.environment), "User": "0",
            "DetachKeys": .string(DockerEngine.detachKeys),
        ]
        let made = try await client.call("POST", "/containers/\(id)/exec", body: body, timeout: limits.inspect)
        guard let process = made["Id"]?.stringValue else {
            throw EngineFailure(.refused, "the container engine named no process")
        }
        begun?.insert(process)
        let stream = try await client.attach(process, command, timeout: limits.start)
        let running = DockerProcess(
            process, in: id, hasTerminal: command.hasTerminal, client, stream, isLocal: isLocal,
            timeout: limits.inspect)
        if let size = command.size, !client.tellsSize { await running.resize(size) }
        return running
    }

    /// What this life of the agent has begun meanwhile is left alone; afterwards nobody needs to know it.
    package func endForgottenCommands(in containers: [String]) async {
        for id in containers where isLocal {
            let processes = await details(of: id)?["ExecIDs"]?.arrayValue?.compactMap(\.stringValue) ?? []
            for process in processes {
                guard let found = try? await client.call("GET", "/exec/\(process)/json", timeout: limits.inspect),
                    found["DetachKeys"]?.stringValue == DockerEngine.shownDetachKeys,
                    begun?.contains(process) != true
                else { continue }
                _ = await DockerProcess.end(process, in: id, client, timeout: limits.inspect)
            }
        }
        begun = nil
    }
}
