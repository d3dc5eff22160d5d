import AWSWire
import Agent
import Balancer
import Foundation
import NIOCore
import NIOPosix
import NodeNet

/// The single checks of `roost doctor`.
enum Doctor {
    /// What a check found.
    struct Finding: Sendable {
        var isGood: Bool
        var text: String
        /// What to do about a problem.
        var cure: String?
    }

    /// The least API version that has all an agent uses.
    private static let minimumAPI = (1, 41)
    private static let minimumFreeBytes = 512 << 20
    private static let minimumFiles = 4_096

    static func engine(_ host: String, on group: any EventLoopGroup) async -> [Finding] {
        do {
            let (engine, api) = try await EngineProbe.version(host, on: group)
            let parts = api.split(separator: ".").compactMap { Int($0) }
            let isNewEnough = parts.count == 2 && (parts[0], parts[1]) >= minimumAPI
            let found = Finding(
                isGood: isNewEnough, text: "Docker Engine \(engine) answers at \(host) (API \(api))",
                cure: isNewEnough ? nil : "Install Docker Engine 20.10 or newer (Debian: apt-get install docker.io).")
            return [found] + limits(try await EngineProbe.information(host, on: group))
        } catch {
            return [
                Finding(
                    isGood: false, text: "No Docker Engine answers at \(host): \(error)",
                    cure: "Start one (`dockerd`, or `make setup` in the source tree), set DOCKER_HOST to where it is, "
                        + "or run `roost up --engine simulated`.")
            ]
        }
    }

    /// The kernel features that container limits need.
    private static func limits(_ information: JSONValue) -> [Finding] {
        let features = [("MemoryLimit", "memory limits"), ("CPUShares", "CPU shares"), ("PidsLimit", "process limits")]
        return features.map { name, words in
            let isThere = information[name]?.boolValue ?? false
            return Finding(
                isGood: isThere, text: isThere ? "the engine has \(words)" : "the engine has no \(words)",
                cure: isThere ? nil : "Mount the cgroup controller that \(words) need, and start the engine again.")
        }
    }

    static func port(_ text: String, on group: any EventLoopGroup) async -> Finding {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]) else {
            return Finding(isGood: false, text: "'\(text)' is no address", cure: "Give HOST:PORT with --listen.")
        }
        do {
            let channel = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: String(text[..<colon]), port: port).get()
            try await channel.close()
            return Finding(isGood: true, text: "\(text) is free")
        } catch {
            if await isRegion(host: String(text[..<colon]), port: port, on: group) {
                return Finding(isGood: true, text: "a region serves at \(text)")
            }
            return Finding(
                isGood: false, text: "\(text) cannot be listened on: \(error)",
                cure: "A region may be running there already; stop what uses the port, "
                    + "or choose another with --listen.")
        }
    }

    private static func isRegion(host: String, port: Int, on group: any EventLoopGroup) async -> Bool {
        let client = HTTPClient(.tcp(host: host, port: port), group: group)
        defer { client.close() }
        let request = HTTPRequestMessage(method: "GET", rawPath: "/_roost/health", headers: ["Host": "\(host):\(port)"])
        let answer = try? await client.send(request, timeout: .seconds(2))
        return answer.flatMap { try? JSONValue.parse($0.body) }?["status"]?.stringValue == "ready"
    }

    static func directory(_ path: String) -> Finding {
        var parent = path
        while !FileManager.default.fileExists(atPath: parent), parent != "/" {
            parent = URL(fileURLWithPath: parent).deletingLastPathComponent().path
        }
        let isWritable = FileManager.default.isWritableFile(atPath: parent)
        return Finding(
            isGood: isWritable, text: isWritable ? "\(path) can be written" : "\(parent) cannot be written",
            cure: isWritable ? nil : "Change its owner or mode, or choose another directory with --data.")
    }

    static func space(_ path: String) -> Finding {
        var parent = path
        while !FileManager.default.fileExists(atPath: parent), parent != "/" {
            parent = URL(fileURLWithPath: parent).deletingLastPathComponent().path
        }
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: parent)
        let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue ?? 0
        let isEnough = free >= minimumFreeBytes
        return Finding(
            isGood: isEnough, text: "\(free >> 20) MiB are free for \(path)",
            cure: isEnough ? nil : "Free some space: images, containers and the state need it.")
    }

    /// What load balancers and tasks with network interfaces of their own need.
    static func programs() -> [Finding] {
        // `ip` is among both.
        let others = InterfacePrograms.all.filter { one in !BalancerPrograms.all.contains { $0.name == one.name } }
        return BalancerPrograms.all.map { finding($0.name, $0.package, for: $0.purpose, $0.isThere) }
            + others.map { finding($0.name, $0.package, for: "tasks of network mode awsvpc", $0.isThere) }
    }

    private static func finding(_ name: String, _ package: String, for purpose: String, _ isThere: Bool) -> Finding {
        Finding(
            isGood: isThere, text: "\(name) is \(isThere ? "there" : "missing"): \(purpose)",
            cure: isThere ? nil : "Debian, Ubuntu: apt-get install \(package), or `make setup`.")
    }

    static func files() -> Finding {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let isEnough = limit.rlim_cur >= minimumFiles
        return Finding(
            isGood: isEnough, text: "\(limit.rlim_cur) files may be open",
            cure: isEnough ? nil : "Raise the limit with `ulimit -n \(minimumFiles)` or more.")
    }
}
