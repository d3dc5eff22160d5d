import APIPipeline
import AWSModels
import AWSWire
import State

/// The resources that requests name by ARN.
/// Source: Elastic Load Balancing API Reference, the errors of each operation.
extension Snapshot {
    /// - Throws: `LoadBalancerNotFound`, or `ValidationError` for what is no ARN of a load balancer.
    func loadBalancer(arn: String) throws(WireError) -> LoadBalancerRecord {
        try checkARN(arn, "loadbalancer", "load balancer")
        guard let record = LoadBalancerRecord.key(arn: arn, realm).flatMap(get) else {
            throw .loadBalancerNotFound("Load balancer '\(arn)' not found")
        }
        return record
    }

    /// - Throws: `ListenerNotFound`, or `ValidationError` for what is no ARN of a listener.
    func listener(arn: String) throws(WireError) -> ListenerRecord {
        try checkARN(arn, "listener", "listener")
        guard let record = ListenerRecord.key(arn: arn, realm).flatMap(get) else {
            throw .listenerNotFound("Listener '\(arn)' not found")
        }
        return record
    }

    /// - Throws: `TargetGroupNotFound`, or `ValidationError` for what is no ARN of a target group.
    func targetGroup(arn: String) throws(WireError) -> TargetGroupRecord {
        try checkARN(arn, "targetgroup", "target group")
        guard let record = TargetGroupRecord.key(arn: arn, realm).flatMap(get) else {
            throw .targetGroupNotFound("Target groups '\(arn)' not found")
        }
        return record
    }

    /// The rule of an ARN, be it a default rule.
    /// - Throws: `RuleNotFound`, or `ValidationError` for what is no ARN of a rule.
    func rule(arn: String) throws(WireError) -> RuleReference {
        try checkARN(arn, "listener-rule", "listener rule")
        guard let key = ListenerRuleRecord.key(arn: arn, realm) else { throw .oneRuleNotFound }
        if let record = get(key) { return .own(record) }
        guard let listener = get(key.listener), listener.defaultRuleARN(realm) == arn else { throw .oneRuleNotFound }
        return .isDefault(listener)
    }

    private func checkARN(_ arn: String, _ kind: String, _ name: String) throws(WireError) {
        guard let parsed = ARN(arn), parsed.service == "elasticloadbalancing", parsed.resource.hasPrefix(kind + "/")
        else { throw .validationError("'\(arn)' is not a valid \(name) ARN") }
    }
}

/// What the ARN of a rule names.
enum RuleReference {
    case own(ListenerRuleRecord)
    /// The default rule of a listener, which has no record.
    case isDefault(ListenerRecord)
}

extension WireError {
    /// Rules that the model does not know: in the words of Elastic Load Balancing where they are known.
    static func validationError(_ message: String) -> WireError {
        WireError(code: "ValidationError", message: message)
    }

    static var oneRuleNotFound: WireError { .ruleNotFound("One or more rules not found") }
    static var oneListenerNotFound: WireError { .listenerNotFound("One or more listeners not found") }
    static var oneTargetGroupNotFound: WireError { .targetGroupNotFound("One or more target groups not found") }
    static var oneLoadBalancerNotFound: WireError { .loadBalancerNotFound("One or more load balancers not found") }

    /// A part of Elastic Load Balancing that the region does not have.
    static func notAvailable(_ what: String) -> WireError {
        .invalidConfigurationRequest("\(what) not available in this region")
    }
}

extension Operation {
    /// What a caller must be allowed to do: the operation itself, on a resource.
    func permission(_ resource: String) -> [AccessRequest] {
        [AccessRequest("elasticloadbalancing:\(Self.model.name)", resource)]
    }
}
