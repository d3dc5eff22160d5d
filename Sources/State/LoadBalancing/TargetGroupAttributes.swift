import AWSModels

/// The attributes of target groups.
/// Source: Elastic Load Balancing API Reference, TargetGroupAttribute.
extension AttributeTable {
    /// The attributes of a target group.
    package static func targetGroup(_ protocol: ELB.ProtocolEnum, _ type: ELB.TargetTypeEnum) -> AttributeTable {
        switch `protocol` {
        case .http, .https: application
        case .udp, .tcpUdp: datagrams
        default: type == .ip ? addresses : instances
        }
    }

    private static let application = AttributeTable(
        common("lb_cookie", ["lb_cookie", "app_cookie"]) + applicationOnly + health)
    private static let datagrams = AttributeTable(
        common("source_ip", ["source_ip"]) + network(terminates: "true", preserves: "true", isDatagram: true) + health)
    private static let addresses = AttributeTable(
        common("source_ip", ["source_ip"]) + network(terminates: "false", preserves: "false") + health)
    private static let instances = AttributeTable(
        common("source_ip", ["source_ip"]) + network(terminates: "false", preserves: "true") + health)

    private static func common(_ stickiness: String, _ kinds: [String]) -> [AttributeDefinition] {
        [
            AttributeDefinition("deregistration_delay.timeout_seconds", "300", .number([0...3_600])),
            AttributeDefinition("stickiness.enabled", "false", .boolean),
            AttributeDefinition("stickiness.type", stickiness, .oneOf(kinds)),
            AttributeDefinition(
                "load_balancing.cross_zone.enabled", "use_load_balancer_configuration",
                .oneOf(["true", "false", "use_load_balancer_configuration"])),
        ]
    }

    private static let applicationOnly = [
        AttributeDefinition("stickiness.lb_cookie.duration_seconds", "86400", .number([1...604_800])),
        AttributeDefinition("stickiness.app_cookie.duration_seconds", "86400", .number([1...604_800])),
        AttributeDefinition("stickiness.app_cookie.cookie_name", "", .text(maximum: 256)),
        AttributeDefinition("slow_start.duration_seconds", "0", .number([0...0, 30...900])),
        AttributeDefinition(
            "load_balancing.algorithm.type", "round_robin",
            .oneOf(["round_robin", "least_outstanding_requests", "weighted_random"])),
        AttributeDefinition("load_balancing.algorithm.anomaly_mitigation", "off", .oneOf(["on", "off"])),
    ]

    private static func network(
        terminates: String, preserves: String, isDatagram: Bool = false
    ) -> [AttributeDefinition] {
        [
            AttributeDefinition("deregistration_delay.connection_termination.enabled", terminates, .boolean),
            AttributeDefinition("preserve_client_ip.enabled", preserves, isDatagram ? .fixed : .boolean),
            AttributeDefinition("proxy_protocol_v2.enabled", "false", .boolean),
            AttributeDefinition(
                "target_health_state.unhealthy.connection_termination.enabled", isDatagram ? "false" : "true",
                isDatagram ? .fixed : .boolean),
            AttributeDefinition("target_health_state.unhealthy.draining_interval_seconds", "0", .number([0...360_000])),
        ]
    }

    private static let health = [
        AttributeDefinition(
            "target_group_health.dns_failover.minimum_healthy_targets.count", "1",
            .number([1...1_000], words: ["off"])),
        AttributeDefinition(
            "target_group_health.dns_failover.minimum_healthy_targets.percentage", "off",
            .number([1...100], words: ["off"])),
        AttributeDefinition(
            "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1", .number([1...1_000])),
        AttributeDefinition(
            "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off",
            .number([1...100], words: ["off"])),
    ]
}

extension TargetGroupRecord {
    /// The attributes the group has.
    package var attributeTable: AttributeTable { .targetGroup(`protocol`, targetType) }

    /// The value of an attribute, the default when it was never set.
    package func attribute(_ key: String) -> String { attributeTable.value(key, attributes) }

    /// How long a target drains after it was deregistered.
    package var deregistrationDelay: Duration {
        .seconds(Int(attribute("deregistration_delay.timeout_seconds")) ?? 300)
    }
}
