import AWSModels
import AWSWire

/// Rules for the configuration of a gateway.
/// Source: Amazon ECS API Reference, HostSharedAlbConfiguration and the shapes in it, unless said otherwise.
enum GatewayRules {
    private static let port = 443
    private static let maximumALBCount = 10
    private static let missingVariant =
        "Exactly one configuration variant must be set. Specify hostSharedAlb and try again."

    /// The configuration of a new gateway with its defaults. The subnets have none here: there is no default VPC.
    static func completed(_ configuration: ECS.GatewayConfiguration) throws(WireError) -> ECS.GatewayConfiguration {
        guard var alb = configuration.hostSharedAlb else { throw .invalidParameter(missingVariant) }
        guard (alb.port ?? port) == port, (alb.protocol ?? .https) == .https else {
            throw .invalidParameter("A gateway listens on port \(port) with the protocol HTTPS only.")
        }
        alb.port = port
        alb.protocol = .https
        alb.scheme = alb.scheme ?? .internetFacing
        alb.maxAlbCount = alb.maxAlbCount ?? maximumALBCount
        alb.httpDesync = alb.httpDesync ?? .defensive
        var network = alb.networkConfiguration ?? ECS.GatewayElbNetworkConfiguration()
        network.ipAddressType = network.ipAddressType ?? .dualstack
        alb.networkConfiguration = network
        try check(alb)
        return ECS.GatewayConfiguration(hostSharedAlb: alb)
    }

    /// The configuration with the members that a change names.
    static func changed(
        _ configuration: ECS.GatewayConfiguration, by change: ECS.UpdateGatewayConfiguration
    ) throws(WireError) -> ECS.GatewayConfiguration {
        guard var alb = configuration.hostSharedAlb, let change = change.hostSharedAlb else {
            throw .invalidParameter(
                "The configuration variant must be the one of the gateway's type. Specify hostSharedAlb and try again.")
        }
        if let value = change.networkConfiguration?.inboundSecurityGroup {
            alb.networkConfiguration?.inboundSecurityGroup = value
        }
        if let value = change.maxAlbCount { alb.maxAlbCount = value }
        if let value = change.webACLArn { alb.webACLArn = value }
        if let value = change.accessLogs { alb.accessLogs = value }
        if let value = change.httpDesync { alb.httpDesync = value }
        if let value = change.testTrafficRules { alb.testTrafficRules = value }
        try check(alb)
        return ECS.GatewayConfiguration(hostSharedAlb: alb)
    }

    /// The infrastructure role of a request: an ARN.
    static func role(_ text: String) throws(WireError) -> String {
        try ARN.checkRole(text, "infrastructureRoleArn")
        return text
    }

    private static func check(_ alb: ECS.HostSharedAlbConfiguration) throws(WireError) {
        guard (alb.maxAlbCount ?? 1) >= 1 else { throw .invalidParameter("maxAlbCount must be at least 1.") }
        if let acl = alb.webACLArn, ARN(acl)?.service != "wafv2" {
            throw .invalidParameter("webACLArn must be the ARN of an AWS WAF web ACL.")
        }
        if let logs = alb.accessLogs, (logs.destination?.s3?.bucket ?? "").isEmpty {
            throw .invalidParameter("accessLogs must name the S3 bucket of their destination.")
        }
        if let rules = alb.testTrafficRules { try check(rules) }
        if let network = alb.networkConfiguration { try check(network) }
    }

    private static func check(_ network: ECS.GatewayElbNetworkConfiguration) throws(WireError) {
        if let group = network.inboundSecurityGroup, !group.hasPrefix("sg-") {
            throw .invalidParameter("inboundSecurityGroup must be the ID of a security group.")
        }
        guard let subnets = network.subnets else { return }
        guard !subnets.isEmpty, subnets.allSatisfy({ $0.hasPrefix("subnet-") }), Set(subnets).count == subnets.count
        else { throw .invalidParameter("subnets must be the IDs of different subnets.") }
    }

    private static func check(_ rules: ECS.GatewayAlbTestTrafficRules) throws(WireError) {
        guard let header = rules.header, !header.name.isEmpty, !header.values.isEmpty else {
            throw .invalidParameter("testTrafficRules must have a header with a name and at least one value.")
        }
    }
}
