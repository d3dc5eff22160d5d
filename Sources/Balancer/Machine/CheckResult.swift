import NodeLink

/// What a health check found.
enum CheckResult: Sendable, Equatable {
    case passed
    case failed(CheckFailure)
}

/// Why a check failed, in the API's words.
/// Source: Elastic Load Balancing API, TargetHealth.
struct CheckFailure: Sendable, Equatable {
    var reason: String
    var description: String

    static let timeout = CheckFailure(reason: "Target.Timeout", description: "Request timed out")
    static let failed = CheckFailure(reason: "Target.FailedHealthChecks", description: "Health checks failed")

    static func codes(_ code: Int) -> CheckFailure {
        CheckFailure(
            reason: "Target.ResponseCodeMismatch", description: "Health checks failed with these codes: [\(code)]")
    }
}

/// One check to make.
struct Check: Sendable, Equatable {
    enum Method: Sendable, Equatable {
        case connect
        /// HTTP/1.1 without TLS.
        case http
        /// Through a backend of HAProxy's: `probe-tls`, `probe-h2`, `probe-tls-h2`.
        case probe(String)
    }

    var address: String
    var port: Int
    var method: Method
    var path: String
    var isGRPC: Bool
    var timeoutSeconds: Int
    var matcher: [BalancerConfiguration.CodeRange]

    init(_ group: BalancerConfiguration.TargetGroup, _ target: BalancerTargets.Target) {
        let check = group.healthCheck
        address = target.address
        port = check.port ?? target.port
        path = check.path
        isGRPC = group.isHTTP && group.protocolVersion == .grpc
        timeoutSeconds = check.timeoutSeconds
        matcher = check.matcher
        let isHTTP2 = group.isHTTP && group.protocolVersion != .http1
        switch check.transport {
        case .tcp: method = .connect
        case .http: method = isHTTP2 ? .probe("probe-h2") : .http
        case .https: method = .probe(isHTTP2 ? "probe-tls-h2" : "probe-tls")
        }
    }

    /// What an answer's code comes to.
    func result(code: Int) -> CheckResult {
        matcher.contains { ($0.first...max($0.first, $0.last)).contains(code) } ? .passed : .failed(.codes(code))
    }
}
