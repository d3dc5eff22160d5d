import AWSModels

/// The attributes of listeners.
/// Source: Elastic Load Balancing API Reference, ListenerAttribute.
extension AttributeTable {
    /// The attributes of a listener. Listeners for UDP and TLS have none that can be set.
    package static func listener(_ protocol: ELB.ProtocolEnum) -> AttributeTable {
        switch `protocol` {
        case .http: http
        case .https: https
        case .tcp, .tcpUdp: tcp
        default: none
        }
    }

    private static let none = AttributeTable([])
    private static let tcp = AttributeTable([
        AttributeDefinition("tcp.idle_timeout.seconds", "350", .number([60...6_000]))
    ])
    private static let http = AttributeTable(responses)
    private static let https = AttributeTable(requests + responses)

    /// Names that a header of the load balancer gets in place of its own; empty for its own.
    private static let requests = [
        "mtls_clientcert_serial_number", "mtls_clientcert_issuer", "mtls_clientcert_subject",
        "mtls_clientcert_validity", "mtls_clientcert_leaf", "mtls_clientcert", "tls_version", "tls_cipher_suite",
    ].map { AttributeDefinition("routing.http.request.x_amzn_\($0).header_name", "", .text(maximum: 256)) }

    private static let responses =
        [AttributeDefinition("routing.http.response.server.enabled", "true", .boolean)]
        + [
            "strict_transport_security", "access_control_allow_origin", "access_control_allow_methods",
            "access_control_allow_headers", "access_control_allow_credentials", "access_control_expose_headers",
            "access_control_max_age", "content_security_policy", "x_content_type_options", "x_frame_options",
        ].map { AttributeDefinition("routing.http.response.\($0).header_value", "", .text(maximum: 1_024)) }
}

extension ListenerRecord {
    /// The attributes the listener has.
    package var attributeTable: AttributeTable { .listener(`protocol`) }

    /// The value of an attribute, the default when it was never set.
    package func attribute(_ key: String) -> String { attributeTable.value(key, attributes) }
}
