import AWSWire
import NIOCore
import NodeNet

/// Reads objects from S3, or what speaks its API.
struct ObjectClient: Sendable {
    private let http: HTTPClient
    private let server: ServerURL
    private let region: String
    private let clock: ServerClock

    /// A larger file is refused: it has to fit into an environment.
    static let maximumBytes = 1 << 20
    /// Source: amazon-ecs-agent, agent/taskresource/envFiles.
    private static let timeout: Duration = .seconds(30)

    init(_ server: ServerURL, region: String, group: any EventLoopGroup, now: @escaping @Sendable () -> Timestamp) {
        http = HTTPClient(server.endpoint, group: group)
        self.server = server
        self.region = region
        clock = ServerClock(now)
    }

    /// - Throws: a `WireError` with S3's code, or `HTTPClientError` when there was no answer.
    func read(_ name: ObjectName, as credential: Credential) async throws -> [UInt8] {
        let path = "/\(name.bucket)/\(name.key)"
        let headers: HTTPHeaders = [
            "Host": server.authority, "x-amz-content-sha256": SHA256Digest.hex(of: []),
        ]
        let encoded = String(decoding: PercentCoding.encode(path.utf8, keepingSlashes: true), as: UTF8.self)
        let request = HTTPRequestMessage(method: "GET", rawPath: server.path + encoded, headers: headers)
        let signer = SigV4.Signer(credential, region: region, service: "s3")
        func send() async throws -> HTTPResponseMessage {
            try await http.send(
                signer.sign(request, at: clock.now), timeout: ObjectClient.timeout, limit: ObjectClient.maximumBytes)
        }
        var answer = try await send()
        if clock.isMended(by: answer) { answer = try await send() }
        guard answer.status == 200 else { throw ObjectClient.error(answer) }
        return answer.body
    }

    func close() { http.close() }

    private static func error(_ answer: HTTPResponseMessage) -> WireError {
        let text = String(decoding: answer.body.prefix(4_096), as: UTF8.self)
        func element(_ name: String) -> String? {
            guard let start = text.firstRange(of: "<\(name)>"), let end = text.firstRange(of: "</\(name)>"),
                start.upperBound <= end.lowerBound
            else { return nil }
            return String(text[start.upperBound..<end.lowerBound])
        }
        return WireError(
            code: element("Code") ?? "HTTP status \(answer.status)", message: element("Message") ?? "",
            status: answer.status)
    }
}
