import AWSWire
import Foundation
import NIOCore

/// The peer of `roost bench api`: moto_server from PyPI, as its users run it, in a process of its own.
final class BenchMoto {
    let ecs: BenchECS
    private let process: BenchProcess

    /// Starts the peer with `scripts/bench-peers.sh` and gives its cluster instances to place tasks on.
    init(log: URL, group: any EventLoopGroup) async throws {
        let port = try BenchProcess.freePort()
        process = try BenchProcess("/bin/bash", [try BenchMoto.script().path, String(port)], log: log)
        ecs = BenchECS(target: .tcp(port: port), group: group)
        do {
            try await start()
        } catch {
            stop()
            throw BenchError("moto_server: \(error)")
        }
    }

    func stop() { process.stop() }

    private func start() async throws {
        // The first start installs it into a virtual environment.
        try await BenchECS.wait("moto_server answers", seconds: 300, pause: .milliseconds(200)) {
            guard process.isRunning else { throw BenchError("scripts/bench-peers.sh ended") }
            return (try? await ecs.call("ListClusters", [:])) != nil
        }
        _ = try await ecs.call("CreateCluster", ["clusterName": "default"])
        let xml = try await ecs.query(
            "ec2", "Action=RunInstances&Version=2016-11-15&ImageId=ami-12c6146b&MinCount=10&MaxCount=10")
        for piece in xml.components(separatedBy: "<instanceId>").dropFirst() {
            let identity: JSONValue = [
                "instanceId": .string(String(piece.prefix { $0 != "<" })), "region": "us-east-1",
            ]
            let document = JSONValue.string(String(decoding: identity.encode(), as: UTF8.self))
            _ = try await ecs.call(
                "RegisterContainerInstance", ["cluster": "default", "instanceIdentityDocument": document])
        }
    }

    /// Beside the working directory, or above the program: `.build/release/roost` lies in the repository.
    private static func script() throws -> URL {
        var folders = [URL(filePath: FileManager.default.currentDirectoryPath)]
        var above = URL(filePath: "/proc/self/exe".resolved)
        for _ in 0..<6 {
            above.deleteLastPathComponent()
            folders.append(above)
        }
        let scripts = folders.map { $0.appending(path: "scripts/bench-peers.sh") }
        guard let found = scripts.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            throw BenchError("scripts/bench-peers.sh not found; run this in the repository, or with --no-peer")
        }
        return found
    }
}
