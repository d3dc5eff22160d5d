import AWSModels
import AWSWire
import NodeLink
import State
import Testing

@testable import Control

/// How the wire shapes of Elastic Load Balancing become what a node is told.
@Suite("Projections for balancer nodes") struct BalancerProjectionTests {
    private let realm = Realm(account: "000000000000", region: "us-east-1")

    private func rule(_ conditions: String, _ actions: String = "[]") -> BalancerConfiguration.Rule {
        var record = ListenerRuleRecord()
        (record.listener, record.id, record.priority) = ("app/front/1/2", "3", 5)
        let shape = ELB.Rule.trusted(Array(#"{"Conditions":\#(conditions),"Actions":\#(actions)}"#.utf8))
        record.conditions = shape.conditions ?? []
        record.actions = shape.actions ?? []
        return BalancerConfiguration.Rule(record, realm)
    }

    @Test("conditions")
    func conditions() {
        let rule = rule(
            #"""
            [{"Field":"host-header","HostHeaderConfig":{"Values":["*.example.com"]}},
             {"Field":"path-pattern","Values":["/img/*"]},
             {"Field":"http-header","HttpHeaderConfig":{"HttpHeaderName":"X","RegexValues":["^a"]}},
             {"Field":"http-request-method","HttpRequestMethodConfig":{"Values":["GET"]}},
             {"Field":"query-string","QueryStringConfig":{"Values":[{"Key":"v","Value":"1"},{"Value":"x"}]}},
             {"Field":"source-ip","SourceIpConfig":{"Values":["10.0.0.0/8"]}}]
            """#)
        #expect(
            rule.conditions == [
                .hosts(values: [.wildcard(text: "*.example.com")]), .paths(values: [.wildcard(text: "/img/*")]),
                .header(name: "X", values: [.regex(text: "^a")]), .methods(values: ["GET"]),
                .query(values: [
                    BalancerConfiguration.QueryValue(key: "v", value: "1"),
                    BalancerConfiguration.QueryValue(key: nil, value: "x"),
                ]), .sources(values: ["10.0.0.0/8"]),
            ])
    }

    @Test("a rule with a condition that cannot be told takes nothing")
    func unknownCondition() {
        #expect(rule(#"[{"Field":"moon-phase","Values":["full"]}]"#).conditions == [.methods(values: ["-"])])
    }

    @Test("actions")
    func actions() {
        let group = BalancedStory.arn(0)
        func action(_ text: String) -> BalancerConfiguration.Action { rule("[]", "[\(text)]").action }
        let blue = BalancedStory.groups[0].path
        #expect(
            action(#"{"Type":"forward","TargetGroupArn":"\#(group)"}"#)
                == .forward(
                    groups: [BalancerConfiguration.WeightedGroup(targetGroup: blue, weight: 1)],
                    stickinessSeconds: nil))
        let forward =
            #""ForwardConfig":{"TargetGroups":[{"TargetGroupArn":"\#(group)","Weight":7}],"#
            + #""TargetGroupStickinessConfig":{"Enabled":true,"DurationSeconds":60}}"#
        #expect(
            action(#"{"Type":"forward",\#(forward)}"#)
                == .forward(
                    groups: [BalancerConfiguration.WeightedGroup(targetGroup: blue, weight: 7)],
                    stickinessSeconds: 60))
        let redirect = #""RedirectConfig":{"Protocol":"HTTPS","Port":"443","StatusCode":"HTTP_302"}"#
        #expect(
            action(#"{"Type":"redirect",\#(redirect)}"#)
                == .redirect(BalancerConfiguration.Redirect(statusCode: 302, scheme: "https", port: "443")))
        let fixed = #""FixedResponseConfig":{"StatusCode":"404","ContentType":"text/plain","MessageBody":"no"}"#
        #expect(
            action(#"{"Type":"fixed-response",\#(fixed)}"#)
                == .fixedResponse(
                    BalancerConfiguration.FixedResponse(statusCode: 404, contentType: "text/plain", body: "no")))
    }

    @Test("what has to be authenticated is not forwarded without")
    func authentication() {
        let both = #"[{"Type":"authenticate-oidc"},{"Type":"forward","TargetGroupArn":"\#(BalancedStory.arn(0))"}]"#
        let answer = BalancerConfiguration.FixedResponse(statusCode: 500, contentType: nil, body: nil)
        #expect(rule("[]", both).action == .fixedResponse(answer))
    }

    @Test("target groups, with every attribute resolved")
    func targetGroups() {
        var record = TargetGroupRecord()
        (record.name, record.id) = ("web", "1")
        record.healthCheck.matcher = "200,300-399"
        record.healthCheck.port = "8080"
        record.attributes = [
            "stickiness.enabled": "true", "stickiness.lb_cookie.duration_seconds": "30",
            "load_balancing.algorithm.type": "least_outstanding_requests", "slow_start.duration_seconds": "45",
            "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
        ]
        let group = BalancerConfiguration.TargetGroup(record, in: Snapshot(realm: realm))
        #expect(group.healthCheck.matcher == [.init(200, 200), .init(300, 399)])
        #expect(group.healthCheck.port == 8_080)
        #expect(group.stickiness == .loadBalancerCookie(seconds: 30))
        #expect(group.algorithm == .leastOutstandingRequests)
        #expect((group.slowStartSeconds, group.minimumHealthyPercentage) == (45, nil))
        #expect(group.deregistrationDelaySeconds == 300)
    }

    @Test("a listener that verifies its clients gets its trust store's certificates and lists")
    func trustStore() {
        var (store, list, listener) = (TrustStoreRecord(), TrustStoreRevocationRecord(), ListenerRecord())
        (store.name, store.id, store.bundlePEM) = ("clients", "1", "AUTHORITIES\n")
        (list.trustStore, list.id, list.pem) = (store.key.path, 1, "LIST 1\n")
        (listener.loadBalancer, listener.id, listener.port) = ("app/front/1", "2", 443)
        listener.protocol = .https
        listener.mutualAuthentication = ELB.MutualAuthenticationAttributes(
            mode: "verify", trustStoreArn: store.arn(realm), ignoreClientCertificateExpiry: true,
            advertiseTrustStoreCaNames: .on)
        var tx = Transaction(Snapshot(realm: realm))
        tx.put(store)
        tx.put(list)
        list.id = 12
        list.pem = "LIST 12\n"
        tx.put(list)
        let made = BalancerConfiguration.Listener(listener, in: tx.snapshot)
        #expect(
            made?.mutualAuthentication
                == .verify(
                    authorities: "AUTHORITIES\n", revocations: "LIST 1\nLIST 12\n", ignoresExpiry: true,
                    advertisesNames: true))
    }

    @Test("a listener whose clients cannot be verified as asked is not served")
    func mutualAuthentication() {
        var listener = ListenerRecord()
        (listener.loadBalancer, listener.id, listener.port) = ("app/front/1", "2", 443)
        listener.protocol = .https
        let snapshot = Snapshot(realm: realm)
        #expect(BalancerConfiguration.Listener(listener, in: snapshot)?.tls?.minimum == .tls10)
        listener.mutualAuthentication = ELB.MutualAuthenticationAttributes(mode: "verify")
        #expect(BalancerConfiguration.Listener(listener, in: snapshot) == nil)
    }

    @Test(
        "security policies are the versions their names say",
        arguments: [
            ("ELBSecurityPolicy-2016-08", "TLSv1.0", "TLSv1.2"),
            ("ELBSecurityPolicy-TLS13-1-2-2021-06", "TLSv1.2", "TLSv1.3"),
            ("ELBSecurityPolicy-TLS13-1-3-2021-06", "TLSv1.3", "TLSv1.3"),
            ("ELBSecurityPolicy-FS-1-2-Res-2020-10", "TLSv1.2", "TLSv1.2"),
        ])
    func policies(name: String, minimum: String, maximum: String) throws {
        let policy = try #require(BalancerConfiguration.TLSPolicy(named: name))
        #expect((policy.minimum.rawValue, policy.maximum.rawValue) == (minimum, maximum))
        #expect(policy.ciphers.isEmpty == (minimum == "TLSv1.3"))
    }

    @Test("without cross-zone balancing a node also serves zones that have no node")
    func zones() {
        var story = BalancedStory()
        story.run(seconds: 1)
        let zones = BalancerTargets(of: BalancedStory.groups[0], in: story.world.snapshot).targets.map(\.zone)
        #expect(Set(zones) == ["us-east-1a", nil])
    }
}
