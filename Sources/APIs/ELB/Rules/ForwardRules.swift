import AWSModels
import AWSWire
import State

/// What a forward action may say.
struct ForwardRules {
    let rules: ActionRules

    private var isApplication: Bool { rules.protocol == .http || rules.protocol == .https }

    /// The action with weights and stickiness filled in. With one group its ARN is said in both places, as observed.
    func checked(_ action: ELB.Action) throws(WireError) -> ELB.Action {
        let tuples = try tuples(action)
        for tuple in tuples { try check(tuple) }
        var config = ELB.ForwardActionConfig(targetGroups: tuples)
        if isApplication {
            config.targetGroupStickinessConfig = try stickiness(action.forwardConfig?.targetGroupStickinessConfig)
        } else if action.forwardConfig?.targetGroupStickinessConfig?.enabled == true {
            throw .invalidLoadBalancerAction(
                "Target group stickiness is not supported on listeners of network load balancers")
        }
        return ELB.Action(
            type: .forward, targetGroupArn: tuples.count == 1 ? tuples[0].targetGroupArn : nil, order: action.order,
            forwardConfig: config)
    }

    private func tuples(_ action: ELB.Action) throws(WireError) -> [ELB.TargetGroupTuple] {
        var tuples = action.forwardConfig?.targetGroups ?? []
        if let arn = action.targetGroupArn {
            guard tuples.isEmpty || tuples.count == 1 && tuples[0].targetGroupArn == arn else {
                throw .validationError(
                    "The target group ARN of a forward action must be the only one of its forward config")
            }
            if tuples.isEmpty { tuples = [ELB.TargetGroupTuple(targetGroupArn: arn)] }
        }
        guard !tuples.isEmpty else {
            throw .validationError("A target group ARN must be specified for a forward action")
        }
        guard tuples.count <= Quotas.targetGroupsPerAction else {
            throw .tooManyTargetGroups(
                "The maximum number of target groups per action is \(Quotas.targetGroupsPerAction)")
        }
        guard Set(tuples.map(\.targetGroupArn)).count == tuples.count else {
            throw .validationError("A target group can be specified only once in a forward action")
        }
        return tuples.map { ELB.TargetGroupTuple(targetGroupArn: $0.targetGroupArn, weight: $0.weight ?? 1) }
    }

    private func check(_ tuple: ELB.TargetGroupTuple) throws(WireError) {
        guard (0...999).contains(tuple.weight ?? 1) else {
            throw .validationError("Target group weight '\(tuple.weight ?? 1)' must be within 0-999")
        }
        let arn = tuple.targetGroupArn ?? ""
        let group = try rules.snapshot.targetGroup(arn: arn)
        guard ListenerProtocols.groups(of: rules.protocol).contains(group.protocol) else {
            throw .incompatibleProtocols(
                "Listener protocol '\(rules.protocol.rawValue)' is not supported with a target group with the protocol "
                    + "'\(group.protocol.rawValue)'")
        }
        if rules.protocol == .http, let version = group.protocolVersion, version != "HTTP1" {
            throw .invalidConfigurationRequest(
                "Listener protocol 'HTTP' is not supported with a target group with the protocol-version '\(version)'")
        }
        guard rules.snapshot.loadBalancers(of: group.key).allSatisfy({ $0 == rules.loadBalancer }) else {
            throw .targetGroupAssociationLimit(
                "The following target groups cannot be associated with more than one load balancer: \(arn)")
        }
    }

    private func stickiness(
        _ config: ELB.TargetGroupStickinessConfig?
    ) throws(WireError) -> ELB.TargetGroupStickinessConfig {
        guard config?.enabled == true else {
            return ELB.TargetGroupStickinessConfig(enabled: false, durationSeconds: config?.durationSeconds)
        }
        guard let seconds = config?.durationSeconds, (1...604_800).contains(seconds) else {
            throw .validationError("The duration of target group stickiness must be within 1-604800 seconds")
        }
        return ELB.TargetGroupStickinessConfig(enabled: true, durationSeconds: seconds)
    }
}

/// Which protocols go together.
/// Source: Network Load Balancers User Guide, Listeners (Listener configuration); Application Load Balancers User
/// Guide, Target groups (Routing configuration).
enum ListenerProtocols {
    /// The protocols of a type's listeners.
    static func listeners(of type: ELB.LoadBalancerTypeEnum) -> [ELB.ProtocolEnum] {
        type == .network ? [.tcp, .tls, .udp, .tcpUdp] : [.http, .https]
    }

    /// The protocols of the target groups that a listener may forward to.
    static func groups(of listener: ELB.ProtocolEnum) -> [ELB.ProtocolEnum] {
        switch listener {
        case .http, .https: [.http, .https]
        case .tcp: [.tcp, .tcpUdp]
        case .tls: [.tcp, .tls]
        case .udp: [.udp, .tcpUdp]
        case .tcpUdp: [.tcpUdp]
        default: []
        }
    }

    /// Whether a listener ends TLS.
    static func isSecure(_ listener: ELB.ProtocolEnum) -> Bool { listener == .https || listener == .tls }
}
