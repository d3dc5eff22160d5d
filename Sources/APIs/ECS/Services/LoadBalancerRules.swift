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
            try checkTarget(balancer, definition, isAlone: balancers.count == 1)
            if let advanced = balancer.advancedConfiguration {
                try check(advanced, of: balancer, strategy)
            }
        }
    }

    /// A target group, or the one Classic Load Balancer of the service.
    private static func checkTarget(
        _ balancer: ECS.LoadBalancer, _ definition: TaskDefinitionRecord, isAlone: Bool
    ) throws(WireError) {
        switch (balancer.targetGroupArn, balancer.loadBalancerName) {
        case (nil, nil):
            throw .invalidParameter("A load balancer must have a targetGroupArn or a loadBalancerName.")
        case (.some, .some):
            throw .invalidParameter("loadBalancerName must be omitted when targetGroupArn is specified.")
        case (let group?, nil): try checkGroup(group)
        case (nil, .some):
            guard isAlone else {
                throw .invalidParameter("A service can have one Classic Load Balancer and no target groups beside it.")
            }
            guard definition.definition.networkMode != .awsvpc else {
                throw .invalidParameter("Classic Load Balancers are not supported when networkMode=awsvpc.")
            }
        }
    }

    private static func checkGroup(_ text: String) throws(WireError) {
        guard ARN.isARN(text, "elasticloadbalancing", "targetgroup/") else {
            throw .invalidParameter("The targetGroupArn \(text) is not the ARN of a target group.")
        }
    }

    private static func check(
        _ advanced: ECS.AdvancedConfiguration, of balancer: ECS.LoadBalancer, _ strategy: ECS.DeploymentStrategy?
    ) throws(WireError) {
        guard strategy != nil, strategy != .rolling else {
            throw .invalidParameter(
                "advancedConfiguration can only be specified with the BLUE_GREEN, LINEAR and CANARY deployment "
                    + "strategies.")
        }
        guard let alternate = advanced.alternateTargetGroupArn, alternate != balancer.targetGroupArn else {
            throw .invalidParameter("advancedConfiguration must have another target group as alternateTargetGroupArn.")
        }
        try checkGroup(alternate)
        guard isListener(advanced.productionListenerRule) else {
            throw .invalidParameter("productionListenerRule must be the ARN of a listener rule or listener.")
        }
        guard advanced.testListenerRule == nil || isListener(advanced.testListenerRule) else {
            throw .invalidParameter("testListenerRule must be the ARN of a listener rule or listener.")
        }
        try ARN.checkRole(advanced.roleArn, "roleArn of advancedConfiguration")
    }

    private static func isListener(_ text: String?) -> Bool {
        ARN.isARN(text, "elasticloadbalancing", "listener-rule/", "listener/")
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
