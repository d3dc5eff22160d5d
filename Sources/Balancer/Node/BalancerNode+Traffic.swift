import AWSWire
import NodeLink

/// Reports what went through.
extension BalancerNode {
    /// As many reports are kept while there is no session: half an hour's.
    private static let mostReports = 30

    /// Reports at whole multiples of the interval, so that a report of a minute is that of a minute of the clock.
    func keepCounting() async {
        let interval = max(1, settings.trafficInterval.wholeMilliseconds)
        var beganAt = now()
        while true {
            let pause = interval - now().milliseconds % interval
            guard (try? await Task.sleep(for: .milliseconds(pause))) != nil else { return }
            let statistics = await statistics()
            let measurements = traffic.drain { count(statistics, &$0) }
            let endedAt = now()
            let seconds = Double(max(0, (endedAt - beganAt).wholeMilliseconds)) / 1_000
            beganAt = endedAt
            guard !measurements.isEmpty else { continue }
            trafficReports.append(BalancerTraffic(endedAt: endedAt, seconds: seconds, measurements: measurements))
            trafficReports.removeFirst(max(0, trafficReports.count - BalancerNode.mostReports))
            if isToldConfiguration { tellTraffic() }
        }
    }

    /// Tells the server what it has not been told.
    func tellTraffic() {
        for report in trafficReports { send(.traffic(report)) }
        trafficReports = []
    }

    private func statistics() async -> HAProxyStatistics? {
        guard applied != nil, let process = try? HAProxyProcess(run, group: group) else { return nil }
        return (try? await process.runtime.send("show stat")).map { HAProxyStatistics($0) }
    }

    /// Adds what no log line tells: connections and hosts.
    private func count(_ statistics: HAProxyStatistics?, _ counter: inout TrafficCounter) {
        let connections = Connections(statistics, connectionTotals)
        for loadBalancer in configuration.loadBalancers {
            let frontends = loadBalancer.listeners.map { HAProxySyntax.name($0.id) }
            let groups = loadBalancer.targetGroups.sorted()
            if loadBalancer.kind == .application {
                // From clients, and to targets. Source: Application Load Balancers guide, "CloudWatch metrics".
                let names = frontends + groups.map(HAProxyMaker.backend)
                counter.add("ActiveConnectionCount", loadBalancer.id, nil, Double(connections.open(names)))
                counter.add("NewConnectionCount", loadBalancer.id, nil, Double(connections.new(names)))
                counter.add("RejectedConnectionCount", loadBalancer.id, nil, Double(connections.refused(frontends)))
            } else {
                counter.add("ActiveFlowCount", loadBalancer.id, nil, Double(connections.open(frontends)))
                counter.add("RejectedFlowCount", loadBalancer.id, nil, Double(connections.refused(frontends)))
            }
            for group in groups { hosts(group, loadBalancer.id, &counter) }
        }
        connectionTotals = connections.totals
    }

    private func hosts(_ group: String, _ loadBalancer: String, _ counter: inout TrafficCounter) {
        let states = (machine.targets[group] ?? []).compactMap { machine.health[TargetKey(group, $0)]?.state }
        let healthy = states.filter { $0 == .healthy || $0 == .unavailable }.count
        let unhealthy = states.filter { $0 == .unhealthy || $0 == .unhealthyDraining }.count
        counter.add("HealthyHostCount", loadBalancer, group, Double(healthy))
        counter.add("UnHealthyHostCount", loadBalancer, group, Double(unhealthy))
    }
}

/// Counts of connections since the start of HAProxy's worker, by the names of frontends and backends.
struct ConnectionTotals: Sendable {
    var made: [String: Int] = [:]
    var refused: [String: Int] = [:]
}

/// The connections of frontends and to servers, by the names of frontends and backends.
private struct Connections {
    private var current: [String: Int]
    private let before: ConnectionTotals
    private(set) var totals = ConnectionTotals()

    init(_ statistics: HAProxyStatistics?, _ before: ConnectionTotals) {
        self.before = before
        current = statistics?.values("scur", by: "pxname", where: "FRONTEND") ?? [:]
        totals.made = statistics?.values("conn_tot", by: "pxname", where: "FRONTEND") ?? [:]
        totals.refused = statistics?.values("dcon", by: "pxname", where: "FRONTEND") ?? [:]
        for column in ["used_conn_cur", "srv_icur"] {
            current.merge(statistics?.sums(column, by: "pxname") ?? [:], uniquingKeysWith: +)
        }
        totals.made.merge(statistics?.values("connect", by: "pxname", where: "BACKEND") ?? [:], uniquingKeysWith: +)
    }

    func open(_ names: [String]) -> Int { names.reduce(0) { $0 + (current[$1] ?? 0) } }

    /// Since `before`.
    func new(_ names: [String]) -> Int { growth(\.made, names) }

    /// Since `before`.
    func refused(_ names: [String]) -> Int { growth(\.refused, names) }

    private func growth(_ kind: KeyPath<ConnectionTotals, [String: Int]>, _ names: [String]) -> Int {
        names.reduce(0) { sum, name in
            let all = totals[keyPath: kind][name] ?? 0
            let before = before[keyPath: kind][name] ?? 0
            // A reload begins counting anew.
            return sum + (all >= before ? all - before : all)
        }
    }
}
