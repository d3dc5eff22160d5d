import AWSWire
import NIOCore
import NodeNet

/// The calls of Docker Engine's API that the agent needs.
/// Source: Docker Engine API v1.41, https://docs.docker.com/engine/api/v1.41/.
struct DockerClient: Sendable {
    private let http: HTTPClient
    private let endpoint: Endpoint
    private let group: any EventLoopGroup
    /// The API version in paths: the engine's own, but none newer than was tried.
    private let prefix: String

    /// The newest version of the API this client was written for.
    private static let newestVersion = (1, 41)

    /// A version that `attach` goes up to: since then the size of a terminal can be told when its process begins.
    private static let newestAttachVersion = (1, 42)
    private let attachPrefix: String
    /// Whether `attach` tells the size of a terminal; otherwise it has to be told behind it.
    let tellsSize: Bool

    init(_ http: HTTPClient, _ endpoint: Endpoint, group: any EventLoopGroup, engineVersion: String) {
        self.http = http
        self.endpoint = endpoint
        self.group = group
        let parts = engineVersion.split(separator: ".").compactMap { Int($0) }
        let engine = parts.count == 2 ? (parts[0], parts[1]) : DockerClient.newestVersion
        let version = engine < DockerClient.newestVersion ? engine : DockerClient.newestVersion
        prefix = "/v\(version.0).\(version.1)"
        let attach = engine < DockerClient.newestAttachVersion ? engine : DockerClient.newestAttachVersion
        tellsSize = attach >= DockerClient.newestAttachVersion
        attachPrefix = "/v\(attach.0).\(attach.1)"
    }

    /// Begins a process that was made, and stays connected to it.
    func attach(
        _ process: String, _ command: EngineCommand, timeout: Duration
    ) async throws(EngineFailure) -> RawStream {
        var body: JSONValue = ["Detach": false, "Tty": .bool(command.hasTerminal)]
        if let size = command.size { body["ConsoleSize"] = [.int(Int64(size.rows)), .int(Int64(size.columns))] }
        let request = DockerClient.request("POST", attachPrefix + "/exec/\(process)/start", [], body)
        do throws(RawStream.Refusal) {
            return try await RawStream.connect(endpoint, request, timeout: timeout, group: group)
        } catch {
            switch error {
            case .answered(let status, let body):
                throw DockerClient.refusal(status, (try? JSONValue.parse(body)) ?? .null)
            case .timeout: throw EngineFailure(.timeout(timeout), "the container engine did not answer in time")
            case .unreachable(let text):
                throw EngineFailure(.unreachable, "Cannot connect to the container engine: \(text)")
            }
        }
    }

    /// Calls the engine.
    /// - Parameters:
    ///   - query: values are percent-encoded here.
    ///   - timeout: after which the call counts as failed.
    /// - Returns: the answer of any status below 400.
    /// - Throws: what the engine said, that it was too slow, or that it is not there.
    func call(
        _ method: String, _ path: String, query: [(String, String)] = [], body: JSONValue? = nil, timeout: Duration
    ) async throws(EngineFailure) -> JSONValue {
        let request = DockerClient.request(method, prefix + path, query, body)
        let answer: HTTPResponseMessage
        do {
            answer = try await http.send(request, timeout: timeout)
        } catch {
            throw DockerClient.failure(error, limit: timeout)
        }
        let value = answer.body.isEmpty ? JSONValue.null : (try? JSONValue.parse(answer.body)) ?? .null
        guard answer.status < 400 else { throw DockerClient.refusal(answer.status, value) }
        return value
    }

    /// Gives the engine an image's file system as a tar archive.
    func importImage(_ name: String, _ archive: [UInt8], timeout: Duration) async throws(EngineFailure) {
        let parts = name.split(separator: ":")
        var request = DockerClient.request(
            "POST", prefix + "/images/create",
            [("fromSrc", "-"), ("repo", String(parts[0])), ("tag", parts.count > 1 ? String(parts[1]) : "latest")], nil)
        request.headers["Content-Type"] = "application/x-tar"
        request.body = archive
        do {
            let answer = try await http.send(request, timeout: timeout)
            let value = (try? JSONValue.parse(answer.body)) ?? .null
            guard answer.status < 400 else { throw DockerClient.refusal(answer.status, value) }
        } catch {
            throw DockerClient.failure(error, limit: timeout)
        }
    }

    /// A call whose answer is a stream of JSON objects, one on each line.
    /// - Parameter credential: for the registry that the engine goes to.
    func lines(
        _ method: String, _ path: String, query: [(String, String)], as credential: RegistryCredential? = nil,
        timeout: Duration
    ) async throws(EngineFailure) -> JSONLines {
        do {
            var request = DockerClient.request(method, prefix + path, query, nil)
            if let credential { request.headers["X-Registry-Auth"] = credential.header }
            let (status, body) = try await http.stream(request, timeout: timeout)
            let lines = JSONLines(body)
            guard status < 400 else {
                var reader = lines.makeAsyncIterator()
                throw DockerClient.refusal(status, (try? await reader.next()) ?? .null)
            }
            return lines
        } catch {
            throw DockerClient.failure(error, limit: timeout)
        }
    }

    /// Asks the engine who it is.
    /// - Returns: its version, the newest version of the API it speaks, and its processor (`amd64`, `arm64`).
    static func version(
        _ http: HTTPClient
    ) async throws(EngineFailure) -> (engine: String, api: String, architecture: String) {
        let limit = Duration.seconds(10)
        do {
            let answer = try await http.send(request("GET", "/version", [], nil), timeout: limit)
            let value = try JSONValue.parse(answer.body)
            guard answer.status == 200, let engine = value["Version"]?.stringValue else {
                throw refusal(answer.status, value)
            }
            return (engine, value["ApiVersion"]?.stringValue ?? "", value["Arch"]?.stringValue ?? "")
        } catch {
            throw failure(error, limit: limit)
        }
    }

    /// The engine refuses HTTP/1.1 without a host, also on a unix socket.
    private static func request(
        _ method: String, _ path: String, _ query: [(String, String)], _ body: JSONValue?
    ) -> HTTPRequestMessage {
        var headers: HTTPHeaders = ["Host": "docker"]
        if body != nil { headers["Content-Type"] = "application/json" }
        let text = query.map { "\($0.0)=\(PercentCoding.encode($0.1))" }.joined(separator: "&")
        return HTTPRequestMessage(
            method: method, rawPath: path, rawQuery: text, headers: headers, body: body?.encode() ?? [])
    }

    private static func refusal(_ status: Int, _ value: JSONValue) -> EngineFailure {
        let text = value["message"]?.stringValue.map(Redaction.masked)
        return EngineFailure(status == 404 ? .missing : .refused, text ?? "HTTP status \(status)")
    }

    private static func failure(_ error: any Error, limit: Duration) -> EngineFailure {
        switch error {
        case let failure as EngineFailure: failure
        case HTTPClientError.timeout: EngineFailure(.timeout(limit), "the container engine did not answer in time")
        case HTTPClientError.tooLarge: EngineFailure(.refused, "the container engine's answer is too large")
        case HTTPClientError.unreachable(let text):
            EngineFailure(.unreachable, "Cannot connect to the container engine: \(text)")
        default: EngineFailure(.unreachable, "Cannot connect to the container engine: \(error)")
        }
    }
}
