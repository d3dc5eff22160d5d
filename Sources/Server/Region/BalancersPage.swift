import AWSWire
import State

/// What `roost status` shows of load balancers and their nodes, which no AWS API tells: `GET /_roost/balancers`.
enum BalancersPage {
    static func body(_ snapshot: Snapshot) -> JSONValue {
        var groups: [Key<LoadBalancerRecord>: [Key<TargetGroupRecord>]] = [:]
        for group in snapshot.list(TargetGroupRecord.self) {
            for balancer in snapshot.loadBalancers(of: group.key) { groups[balancer, default: []].append(group.key) }
        }
        return [
            "loadBalancers": .array(
                snapshot.list(LoadBalancerRecord.self).map { balancer in
                    look(balancer, groups[balancer.key] ?? [], snapshot)
                }),
            "nodes": .array(snapshot.list(BalancerNodeRecord.self).map(look)),
        ]
    }

    private static func look(
        _ balancer: LoadBalancerRecord, _ groups: [Key<TargetGroupRecord>], _ snapshot: Snapshot
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
