import AWSModels
import State
import Testing

@Suite("Attributes of load balancing")
struct AttributeTableTests {
    @Test(
        "a value is accepted or not",
        arguments: [
            ("idle_timeout.timeout_seconds", "1", true), ("idle_timeout.timeout_seconds", "4000", true),
            ("idle_timeout.timeout_seconds", "0", false), ("idle_timeout.timeout_seconds", "4001", false),
            ("idle_timeout.timeout_seconds", "+5", false), ("idle_timeout.timeout_seconds", "", false),
            ("idle_timeout.timeout_seconds", "99999999999999999999", false),
            ("deletion_protection.enabled", "true", true), ("deletion_protection.enabled", "True", false),
            ("load_balancing.cross_zone.enabled", "true", true), ("load_balancing.cross_zone.enabled", "false", false),
            ("routing.http.desync_mitigation_mode", "strictest", true),
            ("routing.http.desync_mitigation_mode", "lenient", false),
        ])
    func loadBalancerValues(key: String, value: String, isAccepted: Bool) throws {
        let table = AttributeTable.loadBalancer(.application, .internetFacing)
        #expect(try #require(table.definition(key)).accepts(value) == isAccepted)
    }

    @Test(
        "a target group's value is accepted or not",
        arguments: [
            ("slow_start.duration_seconds", "0", true), ("slow_start.duration_seconds", "29", false),
            ("slow_start.duration_seconds", "30", true), ("slow_start.duration_seconds", "901", false),
            ("target_group_health.dns_failover.minimum_healthy_targets.count", "off", true),
            ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "off", false),
            ("stickiness.type", "app_cookie", true), ("stickiness.type", "source_ip", false),
        ])
    func targetGroupValues(key: String, value: String, isAccepted: Bool) throws {
        #expect(try #require(AttributeTable.targetGroup(.http, .ip).definition(key)).accepts(value) == isAccepted)
    }

    @Test("every default is a value that may be set, and every key is there once")
    func defaults() {
        let protocols: [ELB.ProtocolEnum] = [.http, .https, .tcp, .tls, .udp, .tcpUdp]
        var tables = protocols.map(AttributeTable.listener)
        for name in protocols { tables += [.targetGroup(name, .ip), .targetGroup(name, .instance)] }
        for type in [ELB.LoadBalancerTypeEnum.application, .network] {
            tables += [.loadBalancer(type, .internal), .loadBalancer(type, .internetFacing)]
        }
        for table in tables {
            #expect(Set(table.definitions.map(\.key)).count == table.definitions.count)
            for definition in table.definitions { #expect(definition.accepts(definition.defaultValue)) }
        }
    }

    @Test("only what differs from the defaults is kept")
    func setting() {
        let table = AttributeTable.targetGroup(.tcp, .ip)
        let changed = table.setting([("preserve_client_ip.enabled", "true")], in: [:])
        #expect(changed == ["preserve_client_ip.enabled": "true"])
        #expect(table.value("preserve_client_ip.enabled", changed) == "true")
        #expect(table.setting([("preserve_client_ip.enabled", "false")], in: changed).isEmpty)
        #expect(table.all(changed).count == table.definitions.count)
    }

    @Test("every security policy has versions and ciphers, each once")
    func policies() {
        #expect(SSLPolicy.named(SSLPolicy.defaultName)?.protocols == ["TLSv1", "TLSv1.1", "TLSv1.2"])
        for policy in SSLPolicy.all {
            #expect(!policy.protocols.isEmpty && Set(policy.ciphers).count == policy.ciphers.count)
        }
    }
}
