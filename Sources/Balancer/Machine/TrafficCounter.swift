import Glibc
import NodeLink

/// What a log line belongs to.
struct TrafficNames: Sendable, Equatable {
    /// Load balancers by frontend.
    var loadBalancers: [String: String] = [:]
    /// Target groups by backend.
    var targetGroups: [String: String] = [:]
    /// What each of a frontend's rules does.
    var actions: [String: [BalancerConfiguration.Action]] = [:]

    init() {}

    init(_ configuration: BalancerConfiguration) {
        for loadBalancer in configuration.loadBalancers {
            for listener in loadBalancer.listeners {
                let frontend = HAProxySyntax.name(listener.id)
                loadBalancers[frontend] = loadBalancer.id
                actions[frontend] = listener.rules.map(\.action)
            }
        }
        for group in configuration.targetGroups { targetGroups[HAProxyMaker.backend(group.id)] = group.id }
    }
}

/// Counts requests and connections for CloudWatch. Pure.
/// Source: Application Load Balancers guide, "CloudWatch metrics"; Network Load Balancers guide, the same.
struct TrafficCounter: Sendable {
    private struct Name: Hashable, Comparable {
        var metric: String
        var loadBalancer: String
        var targetGroup: String

        static func < (a: Self, b: Self) -> Bool {
            (a.loadBalancer, a.targetGroup, a.metric) < (b.loadBalancer, b.targetGroup, b.metric)
        }
    }

    private struct Values {
        var count = 0
        var sum = 0.0
        var minimum = Double.infinity
        var maximum = -Double.infinity
        /// How many fell into each step; nil for mere counts.
        var steps: [Int: Int]?

        mutating func add(_ value: Double) {
            count += 1
            sum += value
            minimum = min(minimum, value)
            maximum = max(maximum, value)
        }
    }

    private var values: [Name: Values] = [:]

    // MARK: Counting

    mutating func take(_ line: LogLine, _ names: TrafficNames) {
        switch line {
        case .http(let log): take(log, names)
        case .tcp(let log): take(log, names)
        }
    }

    private mutating func take(_ log: HTTPRequestLog, _ names: TrafficNames) {
        guard let loadBalancer = names.loadBalancers[log.frontend] else { return }
        let group = names.targetGroups[log.backend]
        func both(_ metric: String, _ value: Double = 1) {
            add(metric, loadBalancer, nil, value)
            if let group { add(metric, loadBalancer, group, value) }
        }
        add("ProcessedBytes", loadBalancer, nil, Double(log.bytesIn + log.bytesOut))
        guard let rule = log.rule else {
            // What came to no rule was answered before, or never became a request.
            return own(log, loadBalancer)
        }
        both("RequestCount")
        add("RuleEvaluations", loadBalancer, nil, Double(rule + 1))
        if log.isAnswered {
            both("HTTPCode_Target_\(log.status / 100)XX_Count")
            if log.responseTime >= 0 {
                let seconds = Double(log.responseTime) / 1_000
                both("TargetResponseTime", seconds)
            }
            return
        }
        let actions = names.actions[log.frontend] ?? []
        switch actions.indices.contains(rule) ? actions[rule] : nil {
        case .redirect where log.status < 400: add("HTTP_Redirect_Count", loadBalancer, nil, 1)
        case .fixedResponse where group == nil: return add("HTTP_Fixed_Response_Count", loadBalancer, nil, 1)
        default: break
        }
        own(log, loadBalancer)
        if group != nil, log.ending.hasPrefix("S"), log.ending.hasSuffix("C") || log.ending.hasSuffix("H") {
            both("TargetConnectionErrorCount")
        }
    }

    private mutating func own(_ log: HTTPRequestLog, _ loadBalancer: String) {
        guard (300...599).contains(log.status) else { return }
        add("HTTPCode_ELB_\(log.status / 100)XX_Count", loadBalancer, nil, 1)
        if [500, 502, 503, 504].contains(log.status) {
            add("HTTPCode_ELB_\(log.status)_Count", loadBalancer, nil, 1)
        }
    }

    private mutating func take(_ log: ConnectionLog, _ names: TrafficNames) {
        guard let loadBalancer = names.loadBalancers[log.frontend] else { return }
        for group in [nil, names.targetGroups[log.backend]].prefix(names.targetGroups[log.backend] == nil ? 1 : 2) {
            add("NewFlowCount", loadBalancer, group, 1)
            add("ProcessedBytes", loadBalancer, group, Double(log.bytesIn + log.bytesOut))
            // Who sent the reset. Source: HAProxy Configuration Manual, section 8.5.
            if log.ending.hasPrefix("C") { add("TCP_Client_Reset_Count", loadBalancer, group, 1) }
            if log.ending == "SD" { add("TCP_Target_Reset_Count", loadBalancer, group, 1) }
            if log.ending == "SC" { add("TCP_ELB_Reset_Count", loadBalancer, group, 1) }
        }
    }

    /// Adds a value that something else has measured: connections, healthy hosts.
    mutating func add(_ metric: String, _ loadBalancer: String, _ targetGroup: String?, _ value: Double) {
        let name = Name(metric: metric, loadBalancer: loadBalancer, targetGroup: targetGroup ?? "")
        let isTime = metric == "TargetResponseTime"
        values[name, default: Values(steps: isTime ? [:] : nil)].add(value)
        if isTime { values[name]?.steps?[TrafficCounter.step(value), default: 0] += 1 }
    }

    // MARK: Reporting

    /// Two per cent from one step to the next: a value is within one per cent of the middle of its step.
    private static let ratio = log(1.02)

    private static func step(_ value: Double) -> Int { Int((log(max(value, 0.0005)) / ratio).rounded()) }

    /// What has been counted, in order; begins anew.
    mutating func drain() -> [BalancerTraffic.Measurement] {
        let drained = values
        values = [:]
        return drained.keys.sorted().compactMap { name in
            guard let value = drained[name], value.sum != 0 || value.steps != nil || name.metric.hasSuffix("HostCount")
            else { return nil }
            let steps = (value.steps ?? [:]).sorted { $0.key < $1.key }
            return BalancerTraffic.Measurement(
                metric: name.metric, loadBalancer: name.loadBalancer,
                targetGroup: name.targetGroup.isEmpty ? nil : name.targetGroup, count: value.count, sum: value.sum,
                minimum: value.minimum, maximum: value.maximum,
                values: steps.map { exp(Double($0.key) * TrafficCounter.ratio) }, counts: steps.map(\.value))
        }
    }
}
