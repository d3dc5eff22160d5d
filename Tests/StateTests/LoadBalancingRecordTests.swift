import AWSModels
import AWSWire
import State
import Testing

@Suite("Records of load balancing")
struct LoadBalancingRecordTests {
    private let realm = Realm(account: "000000000000", region: "us-east-1")

    private func forward(_ groups: TargetGroupRecord...) -> ELB.Action {
        let tuples = groups.map { ELB.TargetGroupTuple(targetGroupArn: $0.arn(realm), weight: 1) }
        return ELB.Action(type: .forward, forwardConfig: ELB.ForwardActionConfig(targetGroups: tuples))
    }

    private func group(_ name: String) -> TargetGroupRecord {
        var group = TargetGroupRecord()
        (group.name, group.id) = (name, "0123456789abcdef")
        return group
    }

    @Test("a target group knows the load balancers whose listeners and rules forward to it")
    func forwards() {
        var transaction = Transaction(Snapshot(realm: realm))
        let (blue, green) = (group("blue"), group("green"))
        var listener = ListenerRecord()
        (listener.loadBalancer, listener.id) = ("app/web/1111111111111111", "2222222222222222")
        listener.defaultActions = [forward(blue)]
        transaction.put(listener)
        var rule = ListenerRuleRecord()
        (rule.listener, rule.id, rule.actions) = (listener.key.path, "3333333333333333", [forward(blue, green)])
        transaction.put(rule)
        #expect(transaction.snapshot.forwards(to: blue.key) == [listener.key.path, rule.key.path])
        #expect(transaction.snapshot.forwards(to: green.key) == [rule.key.path])
        #expect(transaction.snapshot.loadBalancers(of: blue.key).map(\.path) == ["app/web/1111111111111111"])

        rule.actions = [forward(green)]
        transaction.put(rule)
        #expect(transaction.snapshot.forwards(to: blue.key) == [listener.key.path])
        transaction.delete(listener.key)
        #expect(!transaction.snapshot.isUsed(blue.key))
        #expect(transaction.snapshot.isUsed(green.key))
    }

    @Test("rules stand in the order of their priorities")
    func priorities() {
        var transaction = Transaction(Snapshot(realm: realm))
        for (id, priority) in [("a", 10), ("b", 9), ("c", 50_000), ("d", 100)] {
            var rule = ListenerRuleRecord()
            (rule.listener, rule.id, rule.priority) = ("app/web/1/2", id, priority)
            transaction.put(rule)
        }
        let rules = transaction.snapshot.list(ListenerRuleRecord.self, .ruleByPriority, prefix: "app/web/1/2/")
        #expect(rules.map(\.id) == ["b", "a", "d", "c"])
    }

    @Test(
        "an ARN of the realm names a record",
        arguments: [
            ("arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/0123456789abcdef", true),
            ("arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web", false),
            ("arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/", false),
            ("arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/0123/4", false),
            ("arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/web/0123456789abcdef", false),
            ("arn:aws:elasticloadbalancing:eu-west-1:000000000000:targetgroup/web/0123456789abcdef", false),
            ("web", false),
        ])
    func arns(arn: String, isKnown: Bool) {
        #expect((TargetGroupRecord.key(arn: arn, realm) != nil) == isKnown)
        if isKnown { #expect(TargetGroupRecord.key(arn: arn, realm)?.arn(realm) == arn) }
    }

    @Test("stored forms read back as they were written, also where nothing is said")
    func storedForms() {
        var target = TargetRecord()
        (target.targetGroup, target.id, target.port) = ("web/0123456789abcdef", "172.31.0.9", 8_080)
        target.health = .registering(at: Timestamp(milliseconds: 5))
        #expect(TargetRecord(stored: target.storedBytes()) == target)
        target.health = TargetHealthState(.healthy, reason: nil, description: nil, since: Timestamp(milliseconds: 6))
        target.drainingSince = Timestamp(milliseconds: 7)
        let again = TargetRecord(stored: target.storedBytes())
        #expect(again == target)
        #expect(again.health.reason == nil)
        #expect(again.desiredState == .draining(since: Timestamp(milliseconds: 7)))

        var balancer = LoadBalancerRecord()
        balancer.attributes = ["idle_timeout.timeout_seconds": "5", "deletion_protection.enabled": "true"]
        #expect(LoadBalancerRecord(stored: balancer.storedBytes()).attributes == balancer.attributes)
    }

    @Test("the default network has a subnet in each zone and says where an address is")
    func network() {
        let network = DefaultNetwork(realm)
        #expect(network.subnetCIDR(in: "us-east-1b") == "172.31.16.0/20")
        #expect(network.zone(ofSubnet: network.subnetID(in: "us-east-1b")) == "us-east-1b")
        #expect(IPv4Address("172.31.17.3").flatMap(network.zone(of:)) == "us-east-1b")
        #expect(IPv4Address("172.32.0.1").flatMap(network.zone(of:)) == nil)
        #expect(network.zoneID("us-east-1c") == "use1-az3")
        #expect(network.zones(in: Snapshot(realm: realm)) == ["us-east-1a", "us-east-1b", "us-east-1c"])
        #expect(Snapshot(realm: realm).securityGroups.map(\.name) == ["default"])
    }
}
