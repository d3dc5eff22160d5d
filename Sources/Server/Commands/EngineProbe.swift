import AWSWire
import Agent
import NIOCore
import NodeNet

/// A look at the container engine from outside of any agent.
enum EngineProbe {
    /// The engine's version and that of its API.
    /// - Throws: when nothing answers, or something else than an engine does.
    static func version(_ host: String, on group: any EventLoopGroup) async throws -> (engine: String, api: String) {
        let value = try await get("/version", host, on: group)
        guard let engine = value["Version"]?.stringValue, let api = value["ApiVersion"]?.stringValue else {
            throw UserError("what answers there is no container engine")
        }
        return (engine, api)
    }

    /// What the engine says of its machine.
    static func information(_ host: String, on group: any EventLoopGroup) async throws -> JSONValue {
        try await get("/info", host, on: group)
    }

    /// Removes the containers of instances, by their label.
    static func removeContainers(of instances: [String], _ host: String, on group: any EventLoopGroup) async throws {
        for instance in instances {
            let filter = JSONValue.object(["label": .array([.string("io.roost.instance=\(instance)")])])
            let query = String(decoding: PercentCoding.encode(filter.encode()), as: UTF8.self)
            let found = try await get("/containers/json?all=true&filters=\(query)", host, on: group)
            for id in (found.arrayValue ?? []).compactMap({ $0["Id"]?.stringValue }) {
                _ = try await send("DELETE", "/containers/\(id)?force=true&v=true", host, on: group)
            }
        }
    }

    private static func get(_ path: String, _ host: String, on group: any EventLoopGroup) async throws -> JSONValue {
        try JSONValue.parse(try await send("GET", path, host, on: group).body)
    }

    private static func send(
        _ method: String, _ path: String, _ host: String, on group: any EventLoopGroup
    ) async throws -> HTTPResponseMessage {
        guard let endpoint = Endpoint(engine: host) else {
            throw UserError("DOCKER_HOST is unix:///path or tcp://host:port, not '\(host)'")
        }
        let parts = path.split(separator: "?", maxSplits: 1)
        let client = HTTPClient(endpoint, group: group)
        defer { client.close() }
        let request = HTTPRequestMessage(
            method: method, rawPath: String(parts[0]), rawQuery: parts.count > 1 ? String(parts[1]) : "",
            headers: ["Host": "docker"])
        return try await client.send(request, timeout: .seconds(10))
    }
}
