import AWSModels
import AWSWire
import State

/// What a service must satisfy, one rule to a member with an ECS source in its file.
///
/// A member is checked when a request names it, and all are when a service gets another task definition: what has not
/// changed was checked before.
enum ServiceRules {
    /// The members with rules of their own.
    enum Member: CaseIterable {
        case loadBalancers, serviceRegistries, serviceConnect, volumes, lattice, gatewayConnectors, executeCommand
        case platformVersion, monitoring, placementConstraints
    }

    /// Checks `members` of a service.
    /// - Parameters:
    ///   - definition: the definition that it is to run.
    ///   - verb: what cannot be done: `created` or `updated`.
    static func check(
        _ members: [Member], of service: ServiceRecord, _ definition: TaskDefinitionRecord, _ snapshot: Snapshot,
        _ verb: String
    ) throws(WireError) {
        for member in members { try check(member, service, definition, snapshot, verb) }
    }

    private static func check(
        _ member: Member, _ service: ServiceRecord, _ definition: TaskDefinitionRecord, _ snapshot: Snapshot,
        _ verb: String
    ) throws(WireError) {
        let settings = service.settings
        switch member {
        case .loadBalancers: try LoadBalancerRules.check(settings, definition)
        case .serviceRegistries: try ServiceRegistryRules.check(settings.serviceRegistries, definition)
        case .serviceConnect: try ServiceConnectRules.check(service, definition, snapshot)
        case .volumes: try VolumeConfigurationRules.check(service, definition)
        case .lattice: try LatticeRules.check(settings, definition)
        case .gatewayConnectors: try GatewayConnectorRules.check(settings.gatewayConnectors, definition)
        case .executeCommand: try ServiceChecks.checkExecuteCommand(settings, definition, verb)
        case .platformVersion:
            try LaunchChecks.check(platformVersion: settings.platformVersion, settings.launchType)
        case .monitoring: try MonitoringRules.check(settings.monitoring)
        case .placementConstraints:
            try LaunchChecks.check(constraintCount: settings.placementConstraints, definition)
        }
    }

    /// What goes with a scheduling strategy and a deployment controller.
    /// Source: Amazon ECS API Reference, CreateService (schedulingStrategy) and DeploymentConfiguration.
    static func checkKind(_ service: ServiceRecord) throws(WireError) {
        let settings = service.settings
        if service.schedulingStrategy == .daemon {
            guard service.deploymentController == .ecs else {
                throw .invalidParameter(
                    "The daemon scheduling strategy does not support the "
                        + "\(service.deploymentController.rawValue) deployment controller.")
            }
            guard settings.launchType != .fargate else {
                throw .invalidParameter("The daemon scheduling strategy does not support the launch type FARGATE.")
            }
        }
        guard service.deploymentController != .ecs else { return }
        let controller = service.deploymentController.rawValue
        guard settings.gatewayConnectors.isEmpty else { throw .controller(controller, "gateway connectors") }
        guard settings.serviceConnectConfiguration?.enabled != true else {
            throw .controller(controller, "Service Connect")
        }
        guard settings.vpcLatticeConfigurations.isEmpty else { throw .controller(controller, "VPC Lattice") }
        // Source: the same page, maximumPercent: tasks on container instances keep the defaults.
        guard settings.launchType == .fargate || (settings.minimumHealthyPercent, settings.maximumPercent) == (100, 200)
        else { throw .controller(controller, "a custom minimumHealthyPercent or maximumPercent") }
        guard settings.deploymentConfiguration.alarms?.enable != true else {
            throw .controller(controller, "deployment alarms")
        }
        guard settings.deploymentConfiguration.deploymentCircuitBreaker?.enable != true else {
            throw .controller(controller, "the deployment circuit breaker")
        }
    }
}

extension WireError {
    fileprivate static func controller(_ controller: String, _ feature: String) -> WireError {
        .invalidParameter("The \(controller) deployment controller does not support \(feature).")
    }
}

extension TaskDefinitionRecord {
    /// The mapping with a port's name; nil when no container has it.
    func mapping(named name: String) -> ECS.PortMapping? {
        definition.containers.lazy.flatMap(\.mappings).first { $0.name == name }
    }

    /// Checks that a container and a port of it exist.
    /// Observed: these words.
    func checkPort(_ containerName: String, _ port: Int) throws(WireError) {
        guard let container = definition.containers.first(where: { $0.name == containerName }) else {
            throw .invalidParameter("The container \(containerName) does not exist in the task definition.")
        }
        guard container.mappings.contains(where: { $0.containerPort == port }) else {
            throw .invalidParameter(
                "The container \(containerName) did not have a container port \(port) defined.")
        }
    }
}
