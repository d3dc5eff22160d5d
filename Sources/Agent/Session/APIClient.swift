import AWSModels
import AWSWire
import NIOCore
import NodeNet

/// The agent's calls of the region's APIs: JSON 1.1, signed, over kept connections.
package struct APIClient: Sendable {
    private let http: HTTPClient
    private let server: ServerURL
    private let signer: SigV4.Signer
    /// What the server takes for the time.
    let clock: ServerClock

    /// - Parameter now: the wall clock, for signatures.
    package init(
        _ server: ServerURL, credential: Credential, region: String, group: any EventLoopGroup,
        now: @escaping @Sendable () -> Timestamp
    ) {
        http = HTTPClient(server.endpoint, group: group)
        self.server = server
        signer = SigV4.Signer(credential, region: region, service: "ecs")
        clock = ServerClock(now)
    }

    private init(_ http: HTTPClient, _ server: ServerURL, _ signer: SigV4.Signer, _ clock: ServerClock) {
        self.http = http
        self.server = server
        self.signer = signer
        self.clock = clock
    }

    /// An API of the region.
    package enum Service: String, Sendable {
        case ecs
        case ssm
        case secretsManager = "secretsmanager"
        case logs

        fileprivate var targetPrefix: String {
            switch self {
            case .ecs: "AmazonEC2ContainerServiceV20141113"
            case .ssm: "AmazonSSM"
            case .secretsManager: "secretsmanager"
            case .logs: "Logs_20140328"
            }
        }
    }

    /// Calls an operation.
    /// - Parameter other: who calls, when it is not the agent itself.
    /// - Throws: the API's `WireError`, or `HTTPClientError` when there was no answer.
    package func call<Output: Shape>(
        _ operation: String, of service: Service = .ecs, _ input: some Shape, answer: Output.Type = Output.self,
        as other: Credential? = nil, timeout: Duration = .seconds(30)
    ) async throws -> Output {
        let headers: HTTPHeaders = [
            "Host": server.authority, "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "\(service.targetPrefix).\(operation)",
        ]
        let request = HTTPRequestMessage(
            method: "POST", rawPath: server.path + "/", headers: headers, body: input.encoded())
        var signer = signer
        signer.service = service.rawValue
        if let other { signer.credential = other }
        var response = try await http.send(signer.sign(request, at: clock.now), timeout: timeout)
        if clock.isMended(by: response) {
            response = try await http.send(signer.sign(request, at: clock.now), timeout: timeout)
        }
        guard response.status == 200 else { throw APIClient.error(response) }
        return Output.trusted(response.body)
    }

    /// The same caller at another address.
    func at(_ server: ServerURL, group: any EventLoopGroup) -> APIClient {
        APIClient(HTTPClient(server.endpoint, group: group), server, signer, clock)
    }

    /// Closes the kept connections.
    package func close() { http.close() }

    /// The name may come with a namespace: `com.amazonaws.ecs#ServerException`.
    private static func error(_ response: HTTPResponseMessage) -> WireError {
        let value = (try? JSONValue.parse(response.body)) ?? .null
        let type = value["__type"]?.stringValue ?? "UnknownError"
        return WireError(
            code: String(type.split(separator: "#").last ?? ""),
            message: value["message"]?.stringValue ?? value["Message"]?.stringValue ?? "", status: response.status,
            members: value)
    }
}
