import AWSModels
import AWSWire
import State

/// Load balancers for the services that have some: two target groups for each service, and rules that forward to them.
extension Workload {
    static let balancedServices = (1...4).map { "service\($0)" }

    /// Makes everything, and again while nobody stores it.
    func createLoadBalancers() {
        let delay = dice.number(1...30)
        guard let process = network.reachable else { return createLoadBalancersLater() }
        process.lane.submit(at: timeline.now) { (transaction, _) throws(WireError) in
            transaction.putLoadBalancers(of: Workload.balancedServices, delay: delay)
        } reply: { [self] result in
            if case .failure = result { createLoadBalancersLater() }
        }
    }

    private func createLoadBalancersLater() { timeline.after(.seconds(1)) { [self] in createLoadBalancers() } }

    /// The load balancers of a new service; nil for none.
    /// - Parameter shifts: whether its deployments shift traffic.
    func someLoadBalancers(of service: String, _ kind: DefinitionKind?, shifts: Bool) -> JSONValue? {
        guard let kind, kind.hasPort, dice.chance(0.7) else { return nil }
        let realm = look().realm
        func entry(_ group: String) -> JSONValue {
            let key = TargetGroupRecord.key("\(service)-\(group)", Transaction.groupID)
            return ["targetGroupArn": .string(key.arn(realm)), "containerName": "main", "containerPort": 80]
        }
        guard shifts || dice.chance(0.3) else {
            return dice.chance(0.3) ? [entry("a"), entry("b")] : [entry("a")]
        }
        func rule(_ id: String) -> JSONValue {
            .string(Key<ListenerRuleRecord>(Transaction.listener, "\(service)-\(id)").arn(realm))
        }
        var balancer = entry("a")
        balancer["advancedConfiguration"] = [
            "alternateTargetGroupArn": entry("b")["targetGroupArn"] ?? "", "productionListenerRule": rule("production"),
            "testListenerRule": rule("test"), "roleArn": "arn:aws:iam::000000000000:role/balancers",
        ]
        return [balancer]
    }
}

extension Transaction {
    static let groupID = "0123456789abcdef"
    static let listener = "app/front/1/2"

    /// - Parameter delay: the deregistration delay in seconds.
    fileprivate mutating func putLoadBalancers(of services: [String], delay: Int) {
        var balancer = LoadBalancerRecord()
        (balancer.name, balancer.id, balancer.dnsName) = ("front", "1", "front.elb.localhost")
        put(balancer)
        var listener = ListenerRecord()
        (listener.loadBalancer, listener.id, listener.port) = (balancer.key.path, "2", 80)
        listener.defaultActions = [
            ELB.Action(
                type: .fixedResponse, fixedResponseConfig: ELB.FixedResponseActionConfig(statusCode: "404"))
        ]
        put(listener)
        for (number, service) in services.enumerated() {
            let groups = ["a", "b"].map { TargetGroupRecord.key("\(service)-\($0)", Transaction.groupID) }
            for key in groups { putGroup(key, delay: delay) }
            for (index, id) in ["production", "test"].enumerated() {
                var rule = ListenerRuleRecord()
                (rule.listener, rule.id) = (listener.key.path, "\(service)-\(id)")
                rule.priority = 2 * number + index + 1
                rule.conditions = [ELB.RuleCondition(field: "path-pattern", values: ["/\(rule.id)"])]
                let tuples = groups.map { ELB.TargetGroupTuple(targetGroupArn: $0.arn(realm), weight: 1) }
                rule.actions = [
                    ELB.Action(type: .forward, forwardConfig: ELB.ForwardActionConfig(targetGroups: tuples))
                ]
                put(rule)
            }
        }
    }

    private mutating func putGroup(_ key: Key<TargetGroupRecord>, delay: Int) {
        var group = TargetGroupRecord()
        group.name = String(key.path.dropLast(Transaction.groupID.count + 1))
        group.id = Transaction.groupID
        (group.port, group.healthCheck.healthyThreshold) = (80, 2)
        group.attributes["deregistration_delay.timeout_seconds"] = String(delay)
        put(group)
    }
}
