import AWSWire
import NodeLink

/// A line of an Application Load Balancer's access log.
/// Source: Application Load Balancers guide, "Access log entries", syntax.
struct AccessLogEntry {
    let log: HTTPRequestLog
    let listener: BalancerConfiguration.Listener
    let loadBalancer: String
    /// The target group's ARN; nil when none was chosen.
    let targetGroup: String?

    /// - Returns: nil for a line without what an access log needs.
    var text: String? {
        guard let details = log.details else { return nil }
        let isDispatched = log.connectTime >= 0
        let requestTime = isDispatched ? max(0, log.requestTime) + max(0, log.queueTime) + log.connectTime : -1
        let started = Timestamp(milliseconds: details.time)
        let ended = started.advanced(by: .milliseconds(max(0, log.totalTime)))
        let target = details.target ?? "-"
        let status = log.isAnswered ? String(log.status) : "-"
        let fields: [String] = [
            kind(details), ended.iso8601, loadBalancer, details.client, target, seconds(requestTime),
            seconds(log.isAnswered ? log.responseTime : -1), log.isAnswered ? "0.000" : "-1", elbStatus, status,
            String(log.bytesIn), String(log.bytesOut), quoted(request(details)), quoted(details.agent),
            details.cipher, details.tlsVersion, targetGroup ?? "-", quoted(decoded(details.trace)),
            quoted(listener.transport == .https ? decoded(details.host) : "-"), quoted("-"), rulePriority,
            started.iso8601, quoted(action), quoted(decoded(details.redirect)), quoted(errorReason),
            quoted(target), quoted(status), quoted("-"), quoted("-"), "-",
        ]
        return fields.joined(separator: " ")
    }

    private func kind(_ details: HTTPRequestLog.Details) -> String {
        let isSecure = listener.transport == .https
        if log.status == 101 { return isSecure ? "wss" : "ws" }
        if details.version.hasPrefix("HTTP/2") { return "h2" }
        return isSecure ? "https" : "http"
    }

    private var elbStatus: String { log.isGivenUp ? "460" : log.status < 0 ? "-" : String(log.status) }

    private var rule: BalancerConfiguration.Rule? {
        log.rule.flatMap { listener.rules.indices.contains($0) ? listener.rules[$0] : nil }
    }

    /// 0 is the default rule, -1 none.
    private var rulePriority: String { rule.map { String($0.priority ?? 0) } ?? "-1" }

    private var action: String {
        switch rule?.action {
        case .forward: "forward"
        case .redirect: "redirect"
        case .fixedResponse: "fixed-response"
        case nil: "-"
        }
    }

    private var errorReason: String {
        switch (log.isAnswered, log.status) {
        case (false, 502): "TargetConnectionError"
        case (false, 504): "TargetResponseTimeout"
        default: "-"
        }
    }

    private func request(_ details: HTTPRequestLog.Details) -> String {
        let host = decoded(details.host)
        let isWhole = details.url.contains("://")
        let url = isWhole ? details.url : "\(listener.transport.rawValue)://\(host):\(listener.port)\(details.url)"
        return "\(details.method) \(url) \(details.version)"
    }

    private func seconds(_ milliseconds: Int) -> String {
        guard milliseconds >= 0 else { return "-1" }
        let rest = String(milliseconds % 1_000)
        return "\(milliseconds / 1_000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }

    private func decoded(_ text: String) -> String {
        text.isEmpty ? "-" : String(decoding: PercentCoding.decode(text.utf8), as: UTF8.self)
    }

    /// Between quotes, without what would end them or the line.
    private func quoted(_ text: String) -> String {
        let safe = text.utf8.map { byte -> String in
            HAProxySyntax.isControl(byte) || byte == UInt8(ascii: "\"") || byte >= 0x80
                ? HAProxySyntax.escape(byte) : String(UnicodeScalar(byte))
        }
        return "\"" + safe.joined() + "\""
    }
}
