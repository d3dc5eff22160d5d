import AWSWire
import Foundation
import NIOCore
import NIOHTTP1

/// The Docker Engine, spoken to directly: what a launch costs without anybody in between.
struct BenchEngine: Sendable {
    private let target: BenchTarget
    private let group: any EventLoopGroup

    init(group: any EventLoopGroup) throws {
        let host = ProcessInfo.processInfo.environment["DOCKER_HOST"] ?? "unix:///var/run/docker.sock"
        guard host.hasPrefix("unix://") else { throw BenchError("the engine must be on a unix socket, not \(host)") }
        target = .unix(path: String(host.dropFirst("unix://".count)))
        self.group = group
    }

    /// Creates and starts a container as the agent would, and removes it.
    /// - Returns: milliseconds of create and start.
    func launch(command: [String], memoryMiB: Int) async throws -> Double {
        try await launch(1, command: command, memoryMiB: memoryMiB)
    }

    /// Creates and starts containers at the same time, as the agent would, and removes them.
    /// - Returns: milliseconds until the last one runs.
    func launch(_ count: Int, command: [String], memoryMiB: Int) async throws -> Double {
        let settings: JSONValue = [
            "Image": "busybox:latest", "Cmd": .array(command.map { .string($0) }),
            "Labels": ["io.roost.bench": "engine"],
            "HostConfig": ["Memory": .int(Int64(memoryMiB) << 20), "CpuShares": 2, "NetworkMode": "bridge"],
        ]
        let clock = ContinuousClock()
        let start = clock.now
        let (ids, failure) = await withTaskGroup(of: Result<String, any Error>.self) { group in
            for _ in 0..<count { group.addTask { await self.start(settings) } }
            var started: [String] = []
            var failure: (any Error)?
            for await result in group {
                switch result {
                case .success(let id): started.append(id)
                case .failure(let error): failure = error
                }
            }
            return (started, failure)
        }
        let elapsed = clock.now - start
        await remove(ids)
        if let failure { throw failure }
        return elapsed / .milliseconds(1)
    }

    private func start(_ settings: JSONValue) async -> Result<String, any Error> {
        do {
            let created = try await call(.POST, "/containers/create", settings)
            guard let id = created["Id"]?.stringValue else { throw BenchError("the engine created nothing") }
            _ = try await call(.POST, "/containers/\(id)/start")
            return .success(id)
        } catch {
            return .failure(error)
        }
    }

    /// Waits until the engine says that a container ended.
    /// - Returns: when it said so.
    func waitForExit(of container: String) async throws -> ContinuousClock.Instant {
        _ = try await call(.POST, "/containers/\(container)/wait")
        return ContinuousClock.now
    }

    func kill(_ container: String) async throws {
        _ = try await call(.POST, "/containers/\(container)/kill")
    }

    /// Removes containers; those that are gone already are no concern.
    func remove(_ containers: [String]) async {
        for container in containers {
            _ = try? await call(.DELETE, "/containers/\(container)?force=true&v=true")
        }
    }

    private func call(_ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        let request = BenchRequest(
            method: method, path: path, headers: [("Host", target.host), ("Content-Type", "application/json")],
            body: body?.encode() ?? [])
        let answer = try await BenchCall.send(request, to: target, on: group)
        guard answer.status < 300 else {
            throw BenchError("engine: \(path): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        }
        return answer.body.isEmpty ? .null : try JSONValue.parse(answer.body)
    }
}
