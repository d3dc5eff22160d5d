import APIPipeline
import AWSModels
import AWSWire
import State

/// Creates a target group. The same name with the same settings gives the group that is there.
/// Source: Elastic Load Balancing API Reference, CreateTargetGroup.
/// Seam: Targets are instances and addresses of IPv4; functions, load balancers, QUIC and the target optimizer are
///   refused.
struct CreateTargetGroup: Operation {
    static let model = ELB.Operations.createTargetGroup

    func access(
        _ input: ELB.CreateTargetGroupInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(tx.realm.arn("elasticloadbalancing", "targetgroup/\(input.name)/*"))
    }

    func perform(
        _ input: ELB.CreateTargetGroupInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.CreateTargetGroupOutput {
        var record = try asked(input, tx.snapshot)
        let found = tx.snapshot.list(TargetGroupRecord.self, .targetGroupByName, prefix: input.name + "/").first
        if let found {
            guard found.hasSettings(of: record) else {
                throw .duplicateTargetGroupName(
                    "A target group with the same name '\(input.name)' exists, but with different settings")
            }
            return ELB.CreateTargetGroupOutput(targetGroups: [ELB.TargetGroup(found, in: tx.snapshot)])
        }
        guard tx.snapshot.table(TargetGroupRecord.self).count < Quotas.targetGroups else {
            throw .tooManyTargetGroups("The maximum number of target groups, \(Quotas.targetGroups), has been reached")
        }
        record.id = context.random.hex(16)
        record.createdAt = context.now
        tx.put(record)
        return ELB.CreateTargetGroupOutput(targetGroups: [ELB.TargetGroup(record, in: tx.snapshot)])
    }

    /// The group that a request asks for, without what is made up.
    private func asked(
        _ input: ELB.CreateTargetGroupInput, _ snapshot: Snapshot
    ) throws(WireError) -> TargetGroupRecord {
        try Names.check(input.name, "Target group")
        try checkFeatures(input)
        var record = TargetGroupRecord()
        record.name = input.name
        record.tags = try Tags.checked(input.tags)
        record.targetType = input.targetType ?? .instance
        guard let name = input.protocol else { throw .validationError("A protocol must be specified") }
        guard let port = input.port else { throw .validationError("A port must be specified") }
        guard let vpc = input.vpcId else { throw .validationError("A VPC ID must be specified") }
        guard vpc == DefaultNetwork(snapshot.realm).vpcID else {
            throw .validationError("The VPC ID '\(vpc)' is not found")
        }
        (record.protocol, record.port, record.vpcID) = (name, port, vpc)
        record.protocolVersion = try protocolVersion(input.protocolVersion, name)
        let rules = HealthCheckRules(group: name, version: record.protocolVersion)
        record.healthCheck = try rules.applying(HealthCheckInput(input), to: nil)
        return record
    }

    private func checkFeatures(_ input: ELB.CreateTargetGroupInput) throws(WireError) {
        switch input.targetType {
        case .lambda: throw .notAvailable("Targets of type 'lambda' are")
        case .alb: throw .notAvailable("Targets of type 'alb' are")
        default: break
        }
        switch input.protocol {
        case .geneve, .quic, .tcpQuic:
            throw .notAvailable("Target groups of protocol '\(input.protocol?.rawValue ?? "")' are")
        default: break
        }
        if input.ipAddressType == .ipv6 { throw .notAvailable("Targets of IP address type 'ipv6' are") }
        if input.targetControlPort != nil { throw .notAvailable("Target control ports are") }
    }

    private func protocolVersion(_ version: String?, _ name: ELB.ProtocolEnum) throws(WireError) -> String? {
        guard name == .http || name == .https else {
            guard version == nil else {
                throw .validationError("A protocol version can only be specified for the protocols 'HTTP, HTTPS'")
            }
            return nil
        }
        let version = version ?? "HTTP1"
        guard ["HTTP1", "HTTP2", "GRPC"].contains(version) else {
            throw .validationError("Protocol version '\(version)' must be one of 'GRPC, HTTP1, HTTP2'")
        }
        return version
    }
}

extension HealthCheckInput {
    fileprivate init(_ input: ELB.CreateTargetGroupInput) {
        self.init(
            protocol: input.healthCheckProtocol, port: input.healthCheckPort, path: input.healthCheckPath,
            isEnabled: input.healthCheckEnabled, intervalSeconds: input.healthCheckIntervalSeconds,
            timeoutSeconds: input.healthCheckTimeoutSeconds, healthyThreshold: input.healthyThresholdCount,
            unhealthyThreshold: input.unhealthyThresholdCount, matcher: input.matcher)
    }
}

extension TargetGroupRecord {
    /// Whether both were asked for with the same words.
    fileprivate func hasSettings(of other: TargetGroupRecord) -> Bool {
        `protocol` == other.protocol && protocolVersion == other.protocolVersion && port == other.port
            && vpcID == other.vpcID && targetType == other.targetType && healthCheck == other.healthCheck
    }
}
