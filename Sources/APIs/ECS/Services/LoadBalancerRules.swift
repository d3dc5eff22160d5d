import AWSModels
import AWSWire
import State

/// Rules for the load balancers of a service and for the role that goes with them.
/// Source: Amazon ECS API Reference, CreateService (loadBalancers, role), LoadBalancer and AdvancedConfiguration.
enum LoadBalancerRules {
    /// Source: Amazon ECS service quotas, Target groups per service.
    private static let maximumTargetGroups = 5

    /// Checks the load balancers of a service.
    static func check(_ settings: ServiceSettings, _ definition: TaskDefinitionRecord) throws(WireError) {
        try check(settings.loadBalancers, settings.deploymentConfiguration.strategy, definition)
    }

    /// Checks the load balancers of a service or task set.
    /// - Parameter strategy: how deployments shift traffic; nil when somebody else makes them.
    static func check(
        _ balancers: [ECS.LoadBalancer], _ strategy: ECS.DeploymentStrategy?, _ definition: TaskDefinitionRecord
    ) throws(WireError) {
        guard balancers.count <= maximumTargetGroups else {
            throw .invalidParameter("load balancers can have at most \(maximumTargetGroups) items.")
        }
        for balancer in balancers {
            guard let container = balancer.containerName, let port = balancer.containerPort else {
                throw .invalidParameter("A load balancer must have a containerName and a containerPort.")
            }
            try definition.checkPort(container, port)
            try checkTarget(balancer, definition)
        }
        try checkTogether(balancers)
        try checkAdvanced(balancers, strategy)
    }

    /// A target group, or a Classic Load Balancer.
    private static func checkTarget(
        _ balancer: ECS.LoadBalancer, _ definition: TaskDefinitionRecord
    ) throws(WireError) {
        switch (balancer.targetGroupArn, balancer.loadBalancerName) {
        case (nil, nil):
            throw .invalidParameter("A load balancer must have a targetGroupArn or a loadBalancerName.")
        case (.some, .some):
            throw .invalidParameter("loadBalancerName must be omitted when targetGroupArn is specified.")
        case (let group?, nil): try checkGroup(group)
        case (nil, .some):
            guard definition.definition.networkMode != .awsvpc else {
                throw .invalidParameter("Classic Load Balancers are not supported when networkMode=awsvpc.")
            }
        }
    }

    /// Source: Amazon ECS Developer Guide, Troubleshooting Amazon ECS blue/green deployments: these words, but for the
    /// second Classic Load Balancer.
    private static func checkTogether(_ balancers: [ECS.LoadBalancer]) throws(WireError) {
        let classic = balancers.count { $0.loadBalancerName != nil }
        guard classic == 0 || classic == balancers.count else {
            throw .client(
                "All loadBalancers must be strictly either ELBv1 (defining loadBalancerName) or ELBv2 (defining "
                    + "targetGroupArn)")
        }
        guard classic <= 1 else { throw .invalidParameter("A service can have one Classic Load Balancer.") }
        var groups: Set<String> = []
        for group in balancers.compactMap(\.targetGroupArn) where !groups.insert(group).inserted {
            throw .client("Duplicate targetGroupArn found: \(group)")
        }
    }

    private static func checkGroup(_ text: String) throws(WireError) {
        guard ARN.isARN(text, "elasticloadbalancing", "targetgroup/") else {
            throw .invalidParameter("The targetGroupArn \(text) is not the ARN of a target group.")
        }
    }

    // MARK: Shifting traffic

    /// What shifts traffic needs it; a rolling service may have it, as a step on the way to another strategy.
    /// Source: Amazon ECS Developer Guide, Troubleshooting Amazon ECS blue/green deployments, and Update the deployment
    /// strategy from rolling update to Amazon ECS blue/green. Observed: the code, and the words about a strategy.
    private static func checkAdvanced(
        _ balancers: [ECS.LoadBalancer], _ strategy: ECS.DeploymentStrategy?
    ) throws(WireError) {
        let advanced = balancers.filter { $0.advancedConfiguration != nil }
        if let name = strategy?.shiftName, advanced.count < balancers.count {
            throw .client(
                "advancedConfiguration field is required for all loadBalancers when using the \(name) deployment "
                    + "strategy")
        }
        guard advanced.isEmpty || advanced.count == balancers.count else {
            throw .client("Either all or none of the provided loadBalancers must have advancedConfiguration defined")
        }
        for balancer in advanced {
            guard balancer.loadBalancerName == nil else {
                throw .client("advancedConfiguration field is not allowed with ELBv1 loadBalancers")
            }
            guard strategy != nil, let advanced = balancer.advancedConfiguration else {
                throw .invalidParameter(
                    "advancedConfiguration can only be specified with the ECS deployment controller.")
            }
            try check(advanced, of: balancer)
        }
    }

    private static func check(
        _ advanced: ECS.AdvancedConfiguration, of balancer: ECS.LoadBalancer
    ) throws(WireError) {
        guard let alternate = advanced.alternateTargetGroupArn, alternate != balancer.targetGroupArn else {
            throw .invalidParameter("advancedConfiguration must have another target group as alternateTargetGroupArn.")
        }
        try checkGroup(alternate)
        try checkRule(advanced.productionListenerRule ?? "", "productionListenerRule")
        if let rule = advanced.testListenerRule { try checkRule(rule, "testListenerRule") }
        guard advanced.testListenerRule != advanced.productionListenerRule else {
            throw .client(
                "The following rules cannot be used as both production and test listener rules: "
                    + (advanced.testListenerRule ?? ""))
        }
        try ARN.checkRole(advanced.roleArn, "roleArn of advancedConfiguration")
    }

    /// A rule of an Application Load Balancer, or a listener of a Network Load Balancer.
    private static func checkRule(_ text: String, _ name: String) throws(WireError) {
        guard ARN.isARN(text, "elasticloadbalancing", "listener-rule/app/", "listener/net/") else {
            throw .client(
                "\(name) has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: \(text)")
        }
    }

    /// Checks the role of a request. What needs the service-linked role takes no other.
    /// Observed: the second message.
    static func checkRole(
        _ role: String?, of service: ServiceRecord, _ definition: TaskDefinitionRecord?
    ) throws(WireError) {
        guard let role, !role.isEmpty else { return }
        let settings = service.settings
        guard !settings.loadBalancers.isEmpty else {
            throw .invalidParameter("A role can only be specified together with a load balancer.")
        }
        let needsServiceLinkedRole =
            definition?.definition.networkMode == .awsvpc || settings.loadBalancers.count > 1
            || !settings.serviceRegistries.isEmpty || service.deploymentController == .external
        guard !needsServiceLinkedRole else {
            throw .invalidParameter(
                "You cannot specify an IAM role for services that require a service linked role.")
        }
    }
}

extension ECS.DeploymentStrategy {
    /// What messages call a strategy that shifts traffic; nil for the other.
    fileprivate var shiftName: String? {
        switch self {
        case .rolling: nil
        case .blueGreen: "Blue/green"
        case .linear: "linear"
        case .canary: "canary"
        }
    }
}
