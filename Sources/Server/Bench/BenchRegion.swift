import Foundation
import NIOCore

/// A region in a process of its own, with an empty data directory that goes away with it.
final class BenchRegion {
    let ecs: BenchECS
    let folder: URL
    private let process: BenchProcess
    /// Processes of instances that are not in the region's.
    private var agents: [BenchProcess] = []

    /// Starts `roost up` and waits until its instances are connected.
    convenience init(
        arguments: [String], instances: Int, environment: [String: String] = [:], group: any EventLoopGroup
    ) async throws {
        try await self.init(["up", "--instances", String(instances)] + arguments, environment, group)
        try await wait(for: instances)
    }

    /// Starts `roost server`, and as many processes with simulated instances as there are zones.
    convenience init(zones: [String], instancesPerZone: Int, group: any EventLoopGroup) async throws {
        try await self.init(["server"], [:], group)
        for zone in zones {
            let arguments = [
                "agent", "--engine", "simulated", "--server", "http://\(ecs.target.host)", "--zone", "us-east-1\(zone)",
                "--name", zone, "--instances", String(instancesPerZone), "--data", data,
            ]
            agents.append(
                try BenchProcess(
                    "/proc/self/exe".resolved, arguments, environment: BenchRegion.credentials,
                    log: folder.appending(path: "log-\(zone)")))
        }
        try await wait(for: zones.count * instancesPerZone)
    }

    /// Starts `roost server`, and a process with one instance on the real engine, whatever that has room for.
    convenience init(dockerAgentOn group: any EventLoopGroup) async throws {
        try await self.init(["server"], [:], group)
        let arguments = [
            "agent", "--server", "http://\(ecs.target.host)", "--data", data, "--memory", "65536", "--cpu", "65536",
        ]
        agents.append(
            try BenchProcess(
                "/proc/self/exe".resolved, arguments, environment: BenchRegion.credentials,
                log: folder.appending(path: "log-agent")))
        try await wait(for: 1)
    }

    /// The number of the first process with instances of its own; nil where they are in the region's.
    var agentProcess: String? { agents.first.map { String($0.processID) } }

    /// The number of the region's process.
    var processID: String { String(process.processID) }

    private init(_ arguments: [String], _ environment: [String: String], _ group: any EventLoopGroup) async throws {
        let port = try BenchProcess.freePort()
        folder = FileManager.default.temporaryDirectory.appending(path: "roost-bench-\(port)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let credential = BenchECS.credential
        process = try BenchProcess(
            "/proc/self/exe".resolved,
            arguments + [
                "--listen", "127.0.0.1:\(port)", "--data", folder.appending(path: "data").path,
                "--root-credentials", "\(credential.accessKeyID):\(credential.secretAccessKey)",
            ], environment: environment, log: folder.appending(path: "log"))
        ecs = BenchECS(target: .tcp(port: port), group: group)
    }

    var data: String { folder.appending(path: "data").path }

    private static let credentials = [
        "AWS_ACCESS_KEY_ID": BenchECS.credential.accessKeyID,
        "AWS_SECRET_ACCESS_KEY": BenchECS.credential.secretAccessKey,
    ]

    private func wait(for instances: Int) async throws {
        do {
            try await ecs.waitForInstances(instances)
        } catch {
            let log = (try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)) ?? ""
            stop()
            throw BenchError("\(error)\n\(log.suffix(2_000))")
        }
    }

    /// Drops all state.
    func reset() async throws {
        let request = BenchRequest(path: "/_roost/reset", headers: [("Host", ecs.target.host)], body: [])
        let answer = try await BenchCall.send(request, to: ecs.target, on: ecs.group)
        guard answer.status < 300 else { throw BenchError("reset: \(answer.status)") }
    }

    /// The memory of the region's process that is in RAM.
    var residentMiB: Double {
        get throws {
            try BenchProcess.residentMiB(of: String(process.processID))
        }
    }

    func stop() {
        end()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Ends the processes; the data stays.
    func end() {
        for agent in agents { agent.stop() }
        process.stop()
    }
}

extension String {
    /// Where a link leads.
    var resolved: String { URL(filePath: self).resolvingSymlinksInPath().path }
}

extension [Double] {
    /// The middle value; the mean of the middle two; zero of nothing.
    var median: Double {
        guard !isEmpty else { return 0 }
        let sorted = sorted()
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    }
}
