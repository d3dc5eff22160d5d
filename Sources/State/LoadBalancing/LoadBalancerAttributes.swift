import AWSModels

/// The attributes of load balancers.
/// Source: Elastic Load Balancing API Reference, LoadBalancerAttribute.
extension AttributeTable {
    /// The attributes of a load balancer.
    package static func loadBalancer(
        _ type: ELB.LoadBalancerTypeEnum, _ scheme: ELB.LoadBalancerSchemeEnum
    ) -> AttributeTable {
        // Four tables in all, made once.
        switch (type, scheme) {
        case (.network, .internal): internalNetwork
        case (.network, _): network
        case (_, .internal): internalApplication
        default: application
        }
    }

    private static let application = AttributeTable(common("false") + applicationOnly)
    private static let internalApplication = AttributeTable(common("true") + applicationOnly)
    private static let network = AttributeTable(common("false") + networkOnly)
    private static let internalNetwork = AttributeTable(common("true") + networkOnly)

    private static func common(_ deniesGateway: String) -> [AttributeDefinition] {
        [
            AttributeDefinition("access_logs.s3.enabled", "false", .boolean),
            AttributeDefinition("access_logs.s3.bucket", "", .text(maximum: 255)),
            AttributeDefinition("access_logs.s3.prefix", "", .text(maximum: 1_024)),
            AttributeDefinition("deletion_protection.enabled", "false", .boolean),
            AttributeDefinition("ipv6.deny_all_igw_traffic", deniesGateway, .boolean),
            AttributeDefinition("zonal_shift.config.enabled", "false", .boolean),
        ]
    }

    private static let applicationOnly = [
        AttributeDefinition("idle_timeout.timeout_seconds", "60", .number([1...4_000])),
        AttributeDefinition("client_keep_alive.seconds", "3600", .number([60...604_800])),
        AttributeDefinition("routing.http2.enabled", "true", .boolean),
        AttributeDefinition("routing.http.drop_invalid_header_fields.enabled", "false", .boolean),
        AttributeDefinition("routing.http.xff_client_port.enabled", "false", .boolean),
        AttributeDefinition("routing.http.preserve_host_header.enabled", "false", .boolean),
        AttributeDefinition(
            "routing.http.xff_header_processing.mode", "append", .oneOf(["append", "preserve", "remove"])),
        AttributeDefinition(
            "routing.http.desync_mitigation_mode", "defensive", .oneOf(["monitor", "defensive", "strictest"])),
        AttributeDefinition("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false", .boolean),
        AttributeDefinition("waf.fail_open.enabled", "false", .boolean),
        AttributeDefinition("load_balancing.cross_zone.enabled", "true", .fixed),
        AttributeDefinition("connection_logs.s3.enabled", "false", .boolean),
        AttributeDefinition("connection_logs.s3.bucket", "", .text(maximum: 255)),
        AttributeDefinition("connection_logs.s3.prefix", "", .text(maximum: 1_024)),
        AttributeDefinition("health_check_logs.s3.enabled", "false", .boolean),
        AttributeDefinition("health_check_logs.s3.bucket", "", .text(maximum: 255)),
        AttributeDefinition("health_check_logs.s3.prefix", "", .text(maximum: 1_024)),
    ]

    private static let networkOnly = [
        AttributeDefinition("load_balancing.cross_zone.enabled", "false", .boolean),
        AttributeDefinition(
            "dns_record.client_routing_policy", "any_availability_zone",
            .oneOf(["any_availability_zone", "availability_zone_affinity", "partial_availability_zone_affinity"])),
        AttributeDefinition("secondary_ips.auto_assigned.per_subnet", "0", .number([0...7])),
    ]
}

extension LoadBalancerRecord {
    /// The attributes the load balancer has.
    package var attributeTable: AttributeTable { .loadBalancer(type, scheme) }

    /// The value of an attribute, the default when it was never set.
    package func attribute(_ key: String) -> String { attributeTable.value(key, attributes) }
}
