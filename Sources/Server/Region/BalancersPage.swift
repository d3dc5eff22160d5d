import AWSWire
import State
import Telemetry

/// What `roost status` shows of load balancers and their nodes, which no AWS API tells: `GET /_roost/balancers`.
enum BalancersPage {
    static func body(_ snapshot: Snapshot, _ metrics: MetricBook, at now: Timestamp) -> JSONValue {
        var groups: [Key<LoadBalancerRecord>: [Key<TargetGroupRecord>]] = [:]
        for group in snapshot.list(TargetGroupRecord.self) {
            for balancer in snapshot.loadBalancers(of: group.key) { groups[balancer, default: []].append(group.key) }
        }
        return [
            "loadBalancers": .array(
                snapshot.list(LoadBalancerRecord.self).map { balancer in
                    look(balancer, groups[balancer.key] ?? [], snapshot, LastMinute(of: balancer, metrics, at: now))
                }),
            "nodes": .array(snapshot.list(BalancerNodeRecord.self).map(look)),
        ]
    }

    private static func look(
        _ balancer: LoadBalancerRecord, _ groups: [Key<TargetGroupRecord>], _ snapshot: Snapshot,
        _ minute: LastMinute
    ) -> JSONValue {
        let targets = groups.flatMap { snapshot.list(TargetRecord.self, prefix: "\($0.path)/") }
        let registered = targets.filter { $0.drainingSince == nil }
        let listeners = snapshot.table(ListenerRecord.self).count(prefix: "\(balancer.key.path)/")
        return [
            "name": .string(balancer.name), "type": .string(balancer.type.rawValue),
            "state": .string(balancer.stateCode.rawValue), "dnsName": .string(balancer.dnsName),
            "addresses": .array(balancer.addresses.map { .string($0.address) }), "listeners": .int(Int64(listeners)),
            "targets": .int(Int64(registered.count)),
            "healthyTargets": .int(Int64(registered.count { $0.health.state == .healthy })),
            "lastMinute": minute.look,
        ]
    }

    private static func look(_ node: BalancerNodeRecord) -> JSONValue {
        [
            "name": .string(node.name), "zone": .string(node.zone), "connected": .bool(node.isConnected),
            "pool": .string(node.pool),
            "problems": .array(
                node.problems.map { problem in
                    let place = problem.listener ?? problem.loadBalancer
                    return .string(place.map { "\($0): \(problem.text)" } ?? problem.text)
                }),
        ]
    }
}

/// What went through a load balancer in the last whole minute that its nodes have told of.
private struct LastMinute {
    /// Requests, or new connections of a Network Load Balancer; nil when nothing was told.
    private var requests: Double?
    /// Answers of 500 and more, the targets' and the load balancer's own.
    private var errors = 0.0
    /// In seconds; nil when no target has answered.
    private var slowest: Double?

    init(of balancer: LoadBalancerRecord, _ metrics: MetricBook, at now: Timestamp) {
        let isNetwork = balancer.type == .network
        let dimensions = [Metric.Dimension("LoadBalancer", balancer.key.path)]
        // Nodes tell of a minute when it is over, so for a moment it is the one before.
        let end = (now.seconds - 5) / 60 * 60
        func values(_ name: String) -> MetricValues? {
            let metric = Metric(isNetwork ? "AWS/NetworkELB" : "AWS/ApplicationELB", name, dimensions)
            let query = MetricQuery(metric, from: end - 60, to: end, periodSeconds: 60)
            return metrics.read { $0.datapoints(query).first?.values }
        }
        requests = values(isNetwork ? "NewFlowCount" : "RequestCount")?.sum
        errors = ["HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"].reduce(0) { $0 + (values($1)?.sum ?? 0) }
        slowest = values("TargetResponseTime")?.percentile(99)
    }

    var look: JSONValue {
        [
            "requests": requests.map { .int(Int64($0)) } ?? .null, "errors": .int(Int64(errors)),
            "p99Milliseconds": slowest.map { .double(($0 * 10_000).rounded() / 10) } ?? .null,
        ]
    }
}
