import AWSModels
import AWSWire
import State

/// The load balancer of a scenario: one for all target groups, served by one node.
extension ScenarioRun {
    private static let listener = "app/front/1/2"
    private static let groupID = "0123456789abcdef"

    /// Adds a load balancer whose rules forward to the groups, the first of them with all the weight, and starts a
    /// node. In commands `$NAME` stands for a group's ARN, `$production` and `$test` for those of the rules.
    /// - Parameter delay: how long targets drain.
    func addTargetGroups(_ names: [String], _ delay: Duration) throws(ScenarioError) {
        guard let process = stage.servers.ready.first else { throw ScenarioError("the server is gone") }
        let seconds = delay.wholeMilliseconds / 1_000
        var isStored = false
        let stored = Reply { _ in isStored = true }
        process.lane.submit(at: stage.timeline.now) { (transaction, _) throws(WireError) in
            transaction.putBalancer(ScenarioRun.listener)
            for name in names { transaction.putGroup(TargetGroupRecord.key(name, ScenarioRun.groupID), seconds) }
            let groups = names.map { TargetGroupRecord.key($0, ScenarioRun.groupID).arn(transaction.realm) }
            for (number, rule) in ["production", "test"].enumerated() {
                transaction.putRule(rule, number + 1, ScenarioRun.listener, forwardingTo: groups)
            }
        } reply: { _ in
            stored.body(HTTPResponseMessage(status: 200))
        }
        while !isStored { try step() }
        let realm = stage.durable.realm
        for name in names {
            witness.names.add(text: TargetGroupRecord.key(name, ScenarioRun.groupID).arn(realm), name: name)
        }
        for rule in ["production", "test"] {
            witness.names.add(text: Key<ListenerRuleRecord>(ScenarioRun.listener, rule).arn(realm), name: rule)
        }
        stage.addBalancer("node", zone: "us-east-1a")
        stage.balancers.last?.start()
        for _ in 0..<1_000 where !isServed { try step() }
    }

    private var isServed: Bool {
        stage.durable.list(LoadBalancerRecord.self).contains { $0.stateCode == .active }
    }
}

extension Transaction {
    fileprivate mutating func putBalancer(_ key: String) {
        var balancer = LoadBalancerRecord()
        (balancer.name, balancer.id, balancer.dnsName) = ("front", "1", "front.elb.localhost")
        put(balancer)
        var listener = ListenerRecord()
        (listener.loadBalancer, listener.id, listener.port) = (balancer.key.path, "2", 80)
        let answer = ELB.FixedResponseActionConfig(statusCode: "404")
        listener.defaultActions = [ELB.Action(type: .fixedResponse, fixedResponseConfig: answer)]
        put(listener)
    }

    fileprivate mutating func putGroup(_ key: Key<TargetGroupRecord>, _ seconds: Int64) {
        var group = TargetGroupRecord()
        let parts = key.path.split(separator: "/").map(String.init)
        (group.name, group.id, group.port) = (parts[0], parts[1], 80)
        group.attributes["deregistration_delay.timeout_seconds"] = String(seconds)
        put(group)
    }

    fileprivate mutating func putRule(
        _ id: String, _ priority: Int, _ listener: String, forwardingTo groups: [String]
    ) {
        var rule = ListenerRuleRecord()
        (rule.listener, rule.id, rule.priority) = (listener, id, priority)
        let tuples = groups.enumerated().map { index, arn in
            ELB.TargetGroupTuple(targetGroupArn: arn, weight: index == 0 ? 100 : 0)
        }
        rule.actions = [ELB.Action(type: .forward, forwardConfig: ELB.ForwardActionConfig(targetGroups: tuples))]
        put(rule)
    }
}
