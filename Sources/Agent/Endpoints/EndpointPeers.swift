import AWSWire
import NIOCore
import NodeNet

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The other agents of the machine, which serve the same address.
///
/// All of them listen there, and the kernel gives each a part of the connections. Which agent has a container, its id
/// does not say, so whoever does not know it asks the others, over the socket that each has in a directory of its
/// network namespace. There is no first among them, so nothing has to be taken over when one ends.
struct EndpointPeers: Sendable {
    /// On answers: this agent does not know what was asked for.
    static let foreignHeader = "X-Roost-Foreign"
    /// On requests between agents: who asks.
    static let callerHeader = "X-Roost-Caller"
    private static let timeout: Duration = .seconds(5)

    /// The directory of the namespace.
    let directory: String
    /// The file name of this agent's socket.
    let own: String
    let group: any EventLoopGroup

    /// - Parameters:
    ///   - root: where the directories are.
    ///   - instance: the agent's own name.
    init(root: String, instance: String, group: any EventLoopGroup) {
        directory = "\(root)/\(EndpointPeers.namespace)"
        own = "\(instance).sock"
        self.group = group
    }

    /// The path of this agent's socket.
    var socketPath: String { "\(directory)/\(own)" }

    /// Makes the directory, which only its owner may enter, and removes what ended agents have left there.
    /// - Throws: `LinkLocalAddress.Failure` when the directory cannot be made.
    func prepare() async throws {
        var path = ""
        for part in directory.split(separator: "/") {
            path += "/\(part)"
            mkdir(path, 0o700)
        }
        guard access(directory, W_OK) == 0 else { throw LinkLocalAddress.Failure(code: errno) }
        let request = HTTPRequestMessage(method: "GET", rawPath: "/", headers: ["Host": "peer"])
        for name in others {
            do { _ = try await send(request, to: name, .seconds(1)) } catch HTTPClientError.unreachable {
                unlink("\(directory)/\(name)")
            } catch { continue }
        }
    }

    /// Asks the others.
    /// - Returns: the answer of the one who knows; nil when nobody does.
    func ask(_ request: HTTPRequestMessage, from caller: String) async -> EndpointResponse? {
        var request = request
        request.headers = [
            "Host": "peer", "User-Agent": request.headers["User-Agent"] ?? "", EndpointPeers.callerHeader: caller,
        ]
        for name in others {
            guard let answer = try? await send(request, to: name), answer.headers[EndpointPeers.foreignHeader] == nil
            else { continue }
            return EndpointResponse(
                status: answer.status, contentType: answer.headers["Content-Type"] ?? "application/json",
                body: answer.body)
        }
        return nil
    }

    private func send(
        _ request: HTTPRequestMessage, to name: String, _ timeout: Duration = EndpointPeers.timeout
    ) async throws -> HTTPResponseMessage {
        let client = HTTPClient(.unix(path: "\(directory)/\(name)"), group: group)
        defer { client.close() }
        return try await client.send(request, timeout: timeout)
    }

    /// The others' sockets, in order.
    private var others: [String] {
        guard let folder = opendir(directory) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".sock"), name != own { names.append(name) }
        }
        return names.sorted()
    }

    /// The number of the network namespace: agents in different ones have nothing in common.
    private static var namespace: String {
        var target = [CChar](repeating: 0, count: 64)
        let count = readlink("/proc/self/ns/net", &target, target.count - 1)
        guard count > 0 else { return "host" }
        let digits = target.prefix(count).map { UInt8(bitPattern: $0) }.filter { (0x30...0x39).contains($0) }
        return String(decoding: digits, as: UTF8.self)
    }
}
