import AWSModels
import AWSWire
import State

/// What a request says of health checks: the members that CreateTargetGroup and ModifyTargetGroup share.
struct HealthCheckInput {
    var `protocol`: ELB.ProtocolEnum?
    var port: String?
    var path: String?
    var isEnabled: Bool?
    var intervalSeconds: Int?
    var timeoutSeconds: Int?
    var healthyThreshold: Int?
    var unhealthyThreshold: Int?
    var matcher: ELB.Matcher?
}

/// How the targets of a group may be checked.
/// Source: Elastic Load Balancing API Reference, CreateTargetGroup.
struct HealthCheckRules {
    /// The protocol of the target group.
    let group: ELB.ProtocolEnum
    let version: String?

    private var isApplication: Bool { group == .http || group == .https }

    /// What a group has that says nothing.
    ///
    /// The timeout of Application Load Balancers' groups is 5 seconds as observed; the API Reference says 6 and 10.
    func defaults(_ checkProtocol: ELB.ProtocolEnum?) -> TargetHealthCheck {
        var check = TargetHealthCheck()
        check.protocol = checkProtocol ?? (isApplication ? .http : .tcp)
        let isHTTP = check.protocol != .tcp
        check.timeoutSeconds = isApplication ? 5 : isHTTP ? 6 : 10
        guard isHTTP else { return check }
        check.isGRPC = version == "GRPC"
        check.path = check.isGRPC ? "/AWS.ALB/healthcheck" : "/"
        check.matcher = check.isGRPC ? "12" : isApplication ? "200" : "200-399"
        return check
    }

    /// The check with what a request says.
    /// - Parameter old: the check so far; nil for a new group.
    func applying(_ input: HealthCheckInput, to old: TargetHealthCheck?) throws(WireError) -> TargetHealthCheck {
        if input.isEnabled == false {
            throw .validationError("Health checks cannot be disabled for target groups of instances and IP addresses")
        }
        let checkProtocol = input.protocol ?? old?.protocol
        try checkKind(checkProtocol)
        var check = defaults(checkProtocol)
        if let old {
            // Another protocol brings its own path and codes; what was set beside them stays.
            let kept = (old.protocol == .tcp) == (check.protocol == .tcp)
            if kept { (check.path, check.matcher) = (old.path, old.matcher) }
            (check.port, check.intervalSeconds, check.timeoutSeconds) = (
                old.port, old.intervalSeconds, old.timeoutSeconds
            )
            (check.healthyThreshold, check.unhealthyThreshold) = (old.healthyThreshold, old.unhealthyThreshold)
        }
        if let port = input.port { check.port = try checkedPort(port) }
        if let path = input.path { check.path = try checkedPath(path, check) }
        if let matcher = input.matcher { check.matcher = try checkedMatcher(matcher, check) }
        check.intervalSeconds = input.intervalSeconds ?? check.intervalSeconds
        check.timeoutSeconds = input.timeoutSeconds ?? check.timeoutSeconds
        check.healthyThreshold = input.healthyThreshold ?? check.healthyThreshold
        check.unhealthyThreshold = input.unhealthyThreshold ?? check.unhealthyThreshold
        // A short interval without a timeout of its own takes the longest timeout that fits.
        if input.timeoutSeconds == nil, old == nil {
            check.timeoutSeconds = min(check.timeoutSeconds, check.intervalSeconds)
        }
        guard check.timeoutSeconds <= check.intervalSeconds else {
            throw .validationError("Health check interval must be greater than or equal to the timeout")
        }
        return check
    }

    private func checkKind(_ checkProtocol: ELB.ProtocolEnum?) throws(WireError) {
        switch checkProtocol {
        case nil, .http, .https: return
        case .tcp where !isApplication: return
        case .tcp:
            throw .validationError(
                "Health check protocol 'TCP' is not supported for target groups of protocol '\(group.rawValue)'")
        case .some(let other):
            throw .validationError("Health check protocol '\(other.rawValue)' must be one of 'HTTP, HTTPS, TCP'")
        }
    }

    private func checkedPort(_ port: String) throws(WireError) -> String {
        if port == "traffic-port" { return port }
        guard port.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(port), (1...65_535).contains(number)
        else { throw .validationError("Health check port '\(port)' must be 'traffic-port' or in the range 1-65535") }
        return String(number)
    }

    private func checkedPath(_ path: String, _ check: TargetHealthCheck) throws(WireError) -> String {
        guard check.protocol != .tcp else {
            throw .invalidConfigurationRequest("Health check path is not supported for health checks with TCP protocol")
        }
        let isPlain = path.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 32 && $0.value != 127 }
        guard path.hasPrefix("/"), isPlain else {
            throw .validationError(
                "Health check path '\(path)' must begin with '/' and hold printable ASCII characters")
        }
        return path
    }

    private func checkedMatcher(_ matcher: ELB.Matcher, _ check: TargetHealthCheck) throws(WireError) -> String {
        guard check.protocol != .tcp else {
            throw .invalidConfigurationRequest(
                "Custom health check matchers are not supported for health checks with TCP protocol")
        }
        guard let codes = check.isGRPC ? matcher.grpcCode : matcher.httpCode else {
            throw .validationError(
                "Matcher must hold \(check.isGRPC ? "a gRPC code" : "an HTTP code") for this protocol version")
        }
        let allowed = check.isGRPC ? 0...99 : isApplication ? 200...499 : 200...599
        guard StatusCodes.areValid(codes, in: allowed) else {
            throw .validationError(
                "Health check matcher '\(codes)' must be within '\(allowed.lowerBound)-\(allowed.upperBound)' inclusive"
            )
        }
        return codes
    }
}

/// Lists of codes and ranges: `200,202,300-399`.
enum StatusCodes {
    /// Whether a list can be read and every code in it is allowed.
    static func areValid(_ text: String, in allowed: ClosedRange<Int>) -> Bool {
        text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { part in
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            let numbers = ends.compactMap { end in
                end.count <= 3 && end.utf8.allSatisfy { (48...57).contains($0) } ? Int(end) : nil
            }
            guard numbers.count == ends.count, (1...2).contains(ends.count) else { return false }
            return numbers.allSatisfy(allowed.contains) && numbers[0] <= numbers[numbers.count - 1]
        }
    }
}
