import Glibc
import NodeLink

/// What a log line belongs to.
struct TrafficNames: Sendable, Equatable {
    /// Load balancers by frontend.
    var loadBalancers: [String: String] = [:]
    /// Target groups by backend.
    var targetGroups: [String: String] = [:]
    /// Target groups' ARNs by backend.
    var arns: [String: String] = [:]
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
        for group in configuration.targetGroups {
            let backend = HAProxyMaker.backend(group.id)
            targetGroups[backend] = group.id
            arns[backend] = group.arn ?? group.id
        }
    }
}

/// Counts requests and connections for CloudWatch. Pure.
/// Source: Application Load Balancers guide, "CloudWatch metrics"; Network Load Balancers guide, the same.
struct TrafficCounter: Sendable {
    private struct Name: Hashable, Comparable {
        var metric: String
        var loadBalancer: String
        var targetGroup: String

        init(_ metric: String, _ loadBalancer: String, _ targetGroup: String?) {
            self.metric = metric
            self.loadBalancer = loadBalancer
            self.targetGroup = targetGroup ?? ""
        }

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

        mutating func add(_ value: Double, times: Int = 1) {
            count += times
            sum += value * Double(times)
            minimum = min(minimum, value)
            maximum = max(maximum, value)
        }

        mutating func add(_ other: Values) {
            count += other.count
            sum += other.sum
            minimum = min(minimum, other.minimum)
            maximum = max(maximum, other.maximum)
            if let more = other.steps { steps = (steps ?? [:]).merging(more, uniquingKeysWith: +) }
        }
    }

    /// Requests that come to the same measurements. A busy listener has few kinds and many requests.
    private struct Kind: Hashable, Comparable {
        var frontend: String
        var backend: String
        /// -1: none.
        var rule: Int
        var status: Int
        var isAnswered: Bool
        var isDispatched: Bool
        var isConnectionError: Bool

        init(_ log: HTTPRequestLog) {
            frontend = log.frontend
            backend = log.backend
            rule = log.rule ?? -1
            status = log.isGivenUp ? 460 : log.status
            isAnswered = log.isAnswered
            isDispatched = log.isDispatched
            let failed = log.ending.hasSuffix("C") || log.ending.hasSuffix("H")
            isConnectionError = log.isDispatched && !log.isAnswered && failed && log.ending.hasPrefix("S")
        }

        static func < (a: Self, b: Self) -> Bool {
            (a.frontend, a.backend, a.rule, a.status) < (b.frontend, b.backend, b.rule, b.status)
        }
    }

    private struct Tally {
        var bytes = Values()
        var times = Values(steps: [:])

        mutating func take(_ log: HTTPRequestLog) {
            bytes.add(Double(log.bytesIn + log.bytesOut), times: log.weight)
            guard log.isAnswered else { return }
            let seconds = Double(log.responseTime) / 1_000
            times.add(seconds, times: log.weight)
            times.steps?[TrafficCounter.step(seconds), default: 0] += log.weight
        }
    }

    private var tallies: [Kind: Tally] = [:]
    private var values: [Name: Values] = [:]

    // MARK: Counting

    mutating func take(_ line: LogLine, _ names: TrafficNames) {
        switch line {
        case .http(let log): tallies[Kind(log), default: Tally()].take(log)
        case .tcp(let log): take(log, names)
        }
    }

    /// Makes measurements of the requests since the last time: they are those of what has these names.
    mutating func settle(_ names: TrafficNames) {
        let kinds = tallies
        tallies = [:]
        for kind in kinds.keys.sorted() {
            guard let tally = kinds[kind], let loadBalancer = names.loadBalancers[kind.frontend] else { continue }
            settle(kind, tally, loadBalancer, names)
        }
    }

    private mutating func settle(_ kind: Kind, _ tally: Tally, _ loadBalancer: String, _ names: TrafficNames) {
        let group = names.targetGroups[kind.backend]
        let count = tally.bytes.count
        func both(_ metric: String) {
            add(metric, loadBalancer, nil, 1, times: count)
            if let group { add(metric, loadBalancer, group, 1, times: count) }
        }
        values[Name("ProcessedBytes", loadBalancer, nil), default: Values()].add(tally.bytes)
        // What came to no rule was answered before, or never became a request.
        guard kind.rule >= 0 else { return own(kind, count, loadBalancer) }
        // Only what came to a target counts as a request.
        if kind.isDispatched { both("RequestCount") }
        add("RuleEvaluations", loadBalancer, nil, Double(kind.rule + 1), times: count)
        if kind.isAnswered {
            both("HTTPCode_Target_\(kind.status / 100)XX_Count")
            guard tally.times.count > 0 else { return }
            for group in [nil, group].prefix(group == nil ? 1 : 2) {
                values[Name("TargetResponseTime", loadBalancer, group), default: Values(steps: [:])].add(tally.times)
            }
            return
        }
        let actions = names.actions[kind.frontend] ?? []
        switch actions.indices.contains(kind.rule) ? actions[kind.rule] : nil {
        case .redirect where kind.status < 400: add("HTTP_Redirect_Count", loadBalancer, nil, 1, times: count)
        case .fixedResponse where group == nil:
            return add("HTTP_Fixed_Response_Count", loadBalancer, nil, 1, times: count)
        default: break
        }
        own(kind, count, loadBalancer)
        if group != nil, kind.isConnectionError { both("TargetConnectionErrorCount") }
    }

    private mutating func own(_ kind: Kind, _ count: Int, _ loadBalancer: String) {
        guard (300...599).contains(kind.status) else { return }
        add("HTTPCode_ELB_\(kind.status / 100)XX_Count", loadBalancer, nil, 1, times: count)
        if [500, 502, 503, 504].contains(kind.status) {
            add("HTTPCode_ELB_\(kind.status)_Count", loadBalancer, nil, 1, times: count)
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
    mutating func add(
        _ metric: String, _ loadBalancer: String, _ targetGroup: String?, _ value: Double, times: Int = 1
    ) {
        values[Name(metric, loadBalancer, targetGroup), default: Values()].add(value, times: times)
    }

    // MARK: Reporting

    /// Two per cent from one step to the next: a value is within one per cent of the middle of its step.
    private static let ratio = log(1.02)

    private static func step(_ value: Double) -> Int { Int((log(max(value, 0.0005)) / ratio).rounded()) }

    /// What has been counted, in order; begins anew.
    mutating func drain(_ names: TrafficNames) -> [BalancerTraffic.Measurement] {
        settle(names)
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
