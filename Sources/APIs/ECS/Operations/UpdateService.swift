import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// Changes a service. Some members begin a new deployment, others only change the rules.
/// Source: Amazon ECS API Reference, UpdateService.
/// Seam: as for CreateService.
struct UpdateService: Operation {
    static let model = ECS.Operations.updateService

    func access(
        _ input: ECS.UpdateServiceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [AccessRequest("ecs:UpdateService", try ServiceReference.arn(input.service, cluster, tx.realm))]
            + PassedRoles.requests(
                input.loadBalancers, input.volumeConfigurations, input.vpcLatticeConfigurations,
                input.serviceConnectConfiguration, input.deploymentConfiguration, tx.realm)
    }

    func perform(
        _ input: ECS.UpdateServiceRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.UpdateServiceResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot)
        var service = try ServiceReference.find(input.service, cluster.name, tx.snapshot)
        guard service.status == .active else { throw .serviceNotActive("Service was not ACTIVE.") }
        let before = service.settings
        service.deploymentController = try DeploymentControllerRules.controller(
            of: service, after: input, tx.snapshot)
        try DeploymentControllerRules.check(input, for: service)
        try changeCount(&service, input, context.now)
        try changeSettings(&service.settings, input, service.schedulingStrategy)
        try checkStrategy(of: service, before, tx.snapshot)
        try changeProviders(&service, input, cluster, tx.snapshot)
        // Only what is named: a default that changed meanwhile must not begin a deployment.
        if let connect = input.serviceConnectConfiguration {
            service.settings.serviceConnectConfiguration = ServiceConnectRules.completed(
                connect, cluster.name, tx.snapshot)
        }
        try ServiceRules.checkKind(service)
        let definition = try definition(for: service, input, tx.snapshot)
        if let definition { try check(definition, service, input, tx.snapshot) }
        if let connectors = input.gatewayConnectors {
            try GatewayConnectorRules.checkReach(connectors, cluster.name, tx.snapshot)
        }
        if let definition, mustDeploy(definition, service, before, input, tx.snapshot) {
            tx.deploy(definition, of: &service, &context)
        }
        service.forgetFailures()
        tx.put(service)
        return ECS.UpdateServiceResponse(service: ECS.Service(service, in: tx.snapshot, includesTags: true))
    }

    /// A change of scale is no deployment: the primary one takes it over.
    private func changeCount(
        _ service: inout ServiceRecord, _ input: ECS.UpdateServiceRequest, _ now: Timestamp
    ) throws(WireError) {
        guard let count = input.desiredCount else { return }
        guard service.schedulingStrategy == .replica else { throw .daemonCount }
        try ServiceChecks.check(desiredCount: count)
        guard count != service.desiredCount else { return }
        service.isSteady = false
        service.desiredCount = count
        service.changePrimary { $0.updatedAt = now }
    }

    /// A member that is absent changes nothing; a list that is there replaces the old one, also when it is empty.
    private func changeSettings(
        _ settings: inout ServiceSettings, _ input: ECS.UpdateServiceRequest, _ strategy: ECS.SchedulingStrategy
    ) throws(WireError) {
        try ServiceChecks.check(gracePeriodSeconds: input.healthCheckGracePeriodSeconds)
        if let value = input.deploymentConfiguration {
            settings.deploymentConfiguration = try ServiceChecks.completed(
                value, over: settings.deploymentConfiguration, strategy)
        }
        if let value = input.networkConfiguration { settings.networkConfiguration = value }
        if let value = input.platformVersion { settings.platformVersion = value }
        if let value = input.loadBalancers { settings.loadBalancers = value }
        if let value = input.serviceRegistries { settings.serviceRegistries = value }
        if let value = input.serviceConnectConfiguration { settings.serviceConnectConfiguration = value }
        if let value = input.volumeConfigurations { settings.volumeConfigurations = value }
        if let value = input.vpcLatticeConfigurations { settings.vpcLatticeConfigurations = value }
        if let value = input.monitoring { settings.monitoring = value }
        if let value = input.gatewayConnectors { settings.gatewayConnectors = value }
        if let value = input.placementConstraints { settings.placementConstraints = value }
        if let value = input.placementStrategy { settings.placementStrategy = LaunchChecks.normal(value) }
        if let value = input.healthCheckGracePeriodSeconds { settings.healthCheckGracePeriodSeconds = value }
        if let value = input.enableECSManagedTags { settings.enableECSManagedTags = value }
        if let value = input.enableExecuteCommand { settings.enableExecuteCommand = value }
        if let value = input.propagateTags { settings.propagateTags = value }
        if let value = input.availabilityZoneRebalancing { settings.availabilityZoneRebalancing = value }
        try LaunchChecks.checkPlacement(settings.placementConstraints, settings.placementStrategy)
        guard strategy == .replica || settings.placementStrategy.isEmpty else { throw .daemonStrategy }
        guard settings.availabilityZoneRebalancing != .enabled || ServiceChecks.canRebalance(settings, strategy) else {
            throw .invalidParameter("This service does not support Availability Zone rebalancing.")
        }
    }

    /// Source: Amazon ECS Developer Guide, Update the deployment strategy from Amazon ECS blue/green to rolling update.
    private func checkStrategy(
        of service: ServiceRecord, _ before: ServiceSettings, _ snapshot: Snapshot
    ) throws(WireError) {
        guard service.settings.deploymentConfiguration.strategy == .rolling,
            before.deploymentConfiguration.strategy != .rolling, let id = service.serviceDeployment,
            snapshot.get(ServiceDeploymentRecord.key(service.cluster, service.name, id))?.shiftsTraffic ?? false
        else { return }
        throw .invalidParameter(
            "The deployment strategy cannot be changed to ROLLING while a deployment is in progress. Wait for its end, "
                + "or stop it.")
    }

    /// A new strategy is for new tasks of the deployment that is there. An empty one takes the service back to the
    /// launch type it was created with. Observed: these words when there was none.
    private func changeProviders(
        _ service: inout ServiceRecord, _ input: ECS.UpdateServiceRequest, _ cluster: ClusterRecord,
        _ snapshot: Snapshot
    ) throws(WireError) {
        guard let wish = input.capacityProviderStrategy else { return }
        guard !wish.isEmpty || service.settings.launchType != nil else {
            throw .invalidParameter(
                "No launch type to fall back to for empty capacity provider strategy. Your service was not created "
                    + "with a launch type.")
        }
        let strategy = try CapacityProviderStrategies.checked(
            wish, associated: cluster.capacityProviders, in: snapshot)
        service.settings.capacityProviderStrategy = strategy
        let launchType = service.settings.effectiveLaunchType
        service.changePrimary { deployment in
            deployment.capacityProviderStrategy = strategy
            deployment.launchType = launchType
        }
    }

    /// The definition the service is to run; nil for services whose deployments are made by somebody else.
    private func definition(
        for service: ServiceRecord, _ input: ECS.UpdateServiceRequest, _ snapshot: Snapshot
    ) throws(WireError) -> TaskDefinitionRecord? {
        guard service.deploymentController == .ecs else { return nil }
        guard let text = input.taskDefinition else {
            guard let primary = service.primary else { return nil }
            return snapshot.get(TaskDefinitionRecord.key(primary.family, primary.revision))
        }
        return try TaskDefinitionReference.runnable(text, in: snapshot)
    }

    /// Checks what is new against the definition; what has not changed was checked before.
    private func check(
        _ definition: TaskDefinitionRecord, _ service: ServiceRecord, _ input: ECS.UpdateServiceRequest,
        _ snapshot: Snapshot
    ) throws(WireError) {
        let settings = service.settings
        let isNew = input.taskDefinition != nil
        if isNew || input.networkConfiguration != nil || input.capacityProviderStrategy != nil {
            try LaunchChecks.check(
                LaunchChoice(of: settings, snapshot), definition: definition, network: settings.networkConfiguration,
                constraints: nil, strategies: nil)
        }
        let members = isNew ? ServiceRules.Member.allCases : input.namedMembers
        try ServiceRules.check(members, of: service, definition, snapshot, "updated")
        if input.loadBalancers != nil { try TargetGroupRules.check(settings.loadBalancers, definition, snapshot) }
    }

    /// Source: Amazon ECS API Reference, UpdateService: which members start a deployment. Observed: sending the values
    /// that are there already starts none.
    private func mustDeploy(
        _ definition: TaskDefinitionRecord, _ service: ServiceRecord, _ before: ServiceSettings,
        _ input: ECS.UpdateServiceRequest, _ snapshot: Snapshot
    ) -> Bool {
        if input.forceNewDeployment ?? false { return true }
        if input.gatewayConnectors != nil, areRoutesOutdated(of: service, snapshot) { return true }
        guard let primary = service.primary else { return true }
        if primary.family != definition.family || primary.revision != definition.revision { return true }
        return before.deploymentPart.storedBytes() != service.settings.deploymentPart.storedBytes()
    }
}

extension ServiceRecord {
    /// An update ends the wait between tries, which begins to grow anew.
    /// Source: Amazon ECS Developer Guide, Service throttle logic.
    fileprivate mutating func forgetFailures() {
        changePrimary { ($0.launchFailures, $0.notBefore) = (0, nil) }
    }
}

extension ECS.UpdateServiceRequest {
    /// The members with rules that the request names.
    fileprivate var namedMembers: [ServiceRules.Member] {
        ServiceRules.Member.allCases.filter { member in
            switch member {
            // Another strategy may need more of them.
            case .loadBalancers: loadBalancers != nil || deploymentConfiguration?.strategy != nil
            case .serviceRegistries: serviceRegistries != nil
            case .serviceConnect: serviceConnectConfiguration != nil
            case .volumes: volumeConfigurations != nil
            case .lattice: vpcLatticeConfigurations != nil
            case .gatewayConnectors: gatewayConnectors != nil
            case .executeCommand: enableExecuteCommand != nil
            case .platformVersion: platformVersion != nil
            case .monitoring: monitoring != nil
            case .placementConstraints: placementConstraints != nil
            }
        }
    }
}
