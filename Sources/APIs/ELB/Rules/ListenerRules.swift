import AWSModels
import AWSWire
import State

/// What a listener may say of TLS.
/// Source: Elastic Load Balancing API Reference, CreateListener, ModifyListener.
enum ListenerRules {
    /// Checks that a type of load balancer has listeners of a protocol.
    static func check(_ protocol: ELB.ProtocolEnum, _ type: ELB.LoadBalancerTypeEnum) throws(WireError) {
        let allowed = ListenerProtocols.listeners(of: type)
        guard !allowed.contains(`protocol`) else { return }
        if type == .network, `protocol` == .quic || `protocol` == .tcpQuic {
            throw .unsupportedProtocol("Listener protocol '\(`protocol`.rawValue)' is not available in this region")
        }
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        throw .validationError("Listener protocol '\(`protocol`.rawValue)' must be one of '\(names)'")
    }

    /// The ARN of the default certificate.
    /// - Parameter certificates: of the request; exactly one.
    static func defaultCertificate(
        _ certificates: [ELB.Certificate], _ protocol: ELB.ProtocolEnum, _ snapshot: Snapshot
    ) throws(WireError) -> String {
        guard certificates.count == 1 else {
            throw .validationError(
                certificates.isEmpty
                    ? "A certificate must be specified for \(`protocol`.rawValue) listeners"
                    : "Up to '1' certificate can be specified, but '\(certificates.count)' were specified")
        }
        return try certificate(certificates[0], snapshot)
    }

    /// The ARN of a certificate that exists.
    static func certificate(_ certificate: ELB.Certificate, _ snapshot: Snapshot) throws(WireError) -> String {
        guard let arn = certificate.certificateArn, !arn.isEmpty else {
            throw .validationError("A certificate ARN must be specified")
        }
        guard ARN(arn) != nil else { throw .validationError("Certificate ARN '\(arn)' is not valid") }
        guard CertificateRecord.key(arn: arn, snapshot.realm).flatMap(snapshot.get) != nil else {
            throw .certificateNotFound("Certificate '\(arn)' not found")
        }
        return arn
    }

    static func sslPolicy(_ name: String) throws(WireError) -> String {
        guard SSLPolicy.named(name) != nil else { throw .sslPolicyNotFound("SSL policy '\(name)' not found") }
        return name
    }

    /// Checks that a listener without TLS asks for none.
    static func checkPlain(
        _ protocol: ELB.ProtocolEnum, _ certificates: [ELB.Certificate]?, _ sslPolicy: String?
    ) throws(WireError) {
        guard (certificates ?? []).isEmpty, sslPolicy == nil else {
            throw .invalidConfigurationRequest(
                "Certificates and SSL policies cannot be specified for \(`protocol`.rawValue) listeners")
        }
    }

    private static let alpnPolicies: Set<String> = [
        "HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None",
    ]

    static func alpnPolicy(_ names: [String], _ protocol: ELB.ProtocolEnum) throws(WireError) -> [String] {
        guard !names.isEmpty else { return [] }
        guard `protocol` == .tls else {
            throw .validationError("ALPN policies are only supported for TLS listeners")
        }
        guard names.count == 1 else { throw .validationError("Only one ALPN policy can be specified") }
        guard alpnPolicies.contains(names[0]) else { throw .alpnPolicyNotFound("ALPN policy '\(names[0])' not found") }
        return names
    }
}
