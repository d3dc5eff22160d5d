import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// Creates a service; the service controller starts its tasks.
/// Source: Amazon ECS API Reference, CreateService.
/// Seam: Classic Load Balancers, Cloud Map, Service Connect proxies and EBS volumes are checked and kept; alarms are
///   watched, and nobody evaluates them yet. Lambda hooks and Fargate tasks are refused; hooks of the strategy ROLLING
///   are kept without effect.
struct CreateService: Operation {
    static let model = ECS.Operations.createService

    func access(
        _ input: ECS.CreateServiceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        let arn = tx.realm.ecs("service/\(cluster)/\(input.serviceName)")
        return [AccessRequest("ecs:CreateService", arn)] + taggingAccess(input.tags, arn, call, tx)
            + PassedRoles.requests(
                role: input.role, input.loadBalancers, input.volumeConfigurations, input.vpcLatticeConfigurations,
                input.serviceConnectConfiguration, input.deploymentConfiguration, tx.realm)
    }

    func perform(
        _ input: ECS.CreateServiceRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.CreateServiceResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot)
        guard Names.isName(input.serviceName) else {
            throw .invalidParameter("Invalid service name: \(input.serviceName)")
        }
        var service = try makeService(input, cluster, tx.snapshot)
        let definition = try definition(of: input, service, tx.snapshot)
        if let existing = try existing(service, definition, tx.snapshot) {
            return ECS.CreateServiceResponse(service: ECS.Service(existing, in: tx.snapshot, includesTags: true))
        }
        service.createdAt = context.now
        service.createdBy = call.caller.arn
        if let definition { begin(definition, of: &service, &tx, &context) }
        if let definition, service.schedulingStrategy == .daemon {
            service.desiredCount = daemonInstances(of: service, definition, in: tx.snapshot).count
        }
        tx.put(service)
        return ECS.CreateServiceResponse(service: ECS.Service(service, in: tx.snapshot, includesTags: true))
    }

    /// A service of CodeDeploy's begins with a task set, one of ECS's with a deployment.
    private func begin(
        _ definition: TaskDefinitionRecord, of service: inout ServiceRecord, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) {
        guard service.deploymentController == .codeDeploy else {
            return tx.deploy(definition, of: &service, &context)
        }
        var set = TaskSetRecord(of: service, definition, &context)
        set.status = .primary
        set.startedBy = "CODE_DEPLOY"
        set.launchType = service.settings.launchType
        set.capacityProviderStrategy = service.settings.capacityProviderStrategy
        set.platformVersion = service.settings.platformVersion
        set.networkConfiguration = service.settings.networkConfiguration
        set.loadBalancers = service.settings.loadBalancers
        set.serviceRegistries = service.settings.serviceRegistries
        tx.put(set)
    }

    private func makeService(
        _ input: ECS.CreateServiceRequest, _ cluster: ClusterRecord, _ snapshot: Snapshot
    ) throws(WireError) -> ServiceRecord {
        var service = ServiceRecord()
        service.cluster = cluster.name
        service.name = input.serviceName
        service.schedulingStrategy = input.schedulingStrategy ?? .replica
        service.deploymentController = try controller(
            input.deploymentController?.type, service.schedulingStrategy)
        service.tags = try Tags.checked(input.tags)
        service.desiredCount = try desiredCount(input, service.schedulingStrategy)
        service.settings = try settings(input, service.schedulingStrategy)
        let choice = try LaunchChoice(input.launchType, input.capacityProviderStrategy, in: cluster, snapshot)
        service.settings.capacityProviderStrategy = choice.strategy
        service.settings.launchType = choice.strategy.isEmpty ? choice.launchType : nil
        service.settings.availabilityZoneRebalancing = try rebalancing(
            input.availabilityZoneRebalancing, service.settings, service.schedulingStrategy)
        service.settings.serviceConnectConfiguration = ServiceConnectRules.completed(
            input.serviceConnectConfiguration, cluster.name, snapshot)
        try ServiceRules.checkKind(service)
        service.roleARN = role(input.role, service.settings, snapshot.realm)
        return service
    }

    /// Source: Amazon ECS API Reference, CreateService (schedulingStrategy): a daemon's deployments are made by ECS.
    private func controller(
        _ type: ECS.DeploymentControllerType?, _ strategy: ECS.SchedulingStrategy
    ) throws(WireError) -> ECS.DeploymentControllerType {
        let type = type ?? .ecs
        guard strategy == .replica || type == .ecs else {
            throw .invalidParameter(
                "The DAEMON scheduling strategy does not support the \(type.rawValue) deployment controller.")
        }
        return type
    }

    /// Observed: a service with load balancers and without a role of its own shows the service-linked one.
    private func role(_ role: String?, _ settings: ServiceSettings, _ realm: Realm) -> String? {
        if let role, !role.isEmpty { return realm.role(role) }
        return settings.loadBalancers.isEmpty
            ? nil : realm.role("aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS")
    }

    private func desiredCount(
        _ input: ECS.CreateServiceRequest, _ strategy: ECS.SchedulingStrategy
    ) throws(WireError) -> Int {
        if strategy == .daemon {
            guard input.desiredCount == nil else { throw .daemonCount }
            return 0
        }
        guard let count = input.desiredCount else {
            throw .invalidParameter("Desired count must be specified for the replica scheduling strategy.")
        }
        try ServiceChecks.check(desiredCount: count)
        return count
    }

    private func settings(
        _ input: ECS.CreateServiceRequest, _ strategy: ECS.SchedulingStrategy
    ) throws(WireError) -> ServiceSettings {
        try ServiceChecks.check(clientToken: input.clientToken)
        try ServiceChecks.check(gracePeriodSeconds: input.healthCheckGracePeriodSeconds)
        if strategy == .daemon, !(input.placementStrategy ?? []).isEmpty {
            throw .daemonStrategy
        }
        var settings = ServiceSettings()
        settings.platformVersion = input.platformVersion
        settings.networkConfiguration = input.networkConfiguration
        settings.deploymentConfiguration = try ServiceChecks.completed(
            input.deploymentConfiguration, over: nil, strategy)
        settings.loadBalancers = input.loadBalancers ?? []
        settings.serviceRegistries = input.serviceRegistries ?? []
        settings.volumeConfigurations = input.volumeConfigurations ?? []
        settings.vpcLatticeConfigurations = input.vpcLatticeConfigurations ?? []
        settings.gatewayConnectors = input.gatewayConnectors ?? []
        settings.monitoring = input.monitoring
        settings.placementConstraints = input.placementConstraints ?? []
        settings.placementStrategy = LaunchChecks.normal(input.placementStrategy ?? [])
        settings.healthCheckGracePeriodSeconds = input.healthCheckGracePeriodSeconds
        settings.enableECSManagedTags = input.enableECSManagedTags ?? false
        settings.enableExecuteCommand = input.enableExecuteCommand ?? false
        settings.propagateTags = input.propagateTags
        return settings
    }

    private func rebalancing(
        _ wish: ECS.AvailabilityZoneRebalancing?, _ settings: ServiceSettings, _ strategy: ECS.SchedulingStrategy
    ) throws(WireError) -> ECS.AvailabilityZoneRebalancing {
        let isPossible = ServiceChecks.canRebalance(settings, strategy)
        guard wish != .enabled || isPossible else {
            throw .invalidParameter("This service does not support Availability Zone rebalancing.")
        }
        return wish ?? (isPossible ? .enabled : .disabled)
    }

    /// The definition to deploy; nil for services whose deployments are made by somebody else.
    private func definition(
        of input: ECS.CreateServiceRequest, _ service: ServiceRecord, _ snapshot: Snapshot
    ) throws(WireError) -> TaskDefinitionRecord? {
        guard let text = input.taskDefinition else {
            try LoadBalancerRules.checkRole(input.role, of: service, nil)
            guard service.deploymentController == .external else {
                throw .invalidParameter("TaskDefinition can not be blank.")
            }
            return nil
        }
        let definition = try TaskDefinitionReference.runnable(text, in: snapshot)
        try LaunchChecks.check(
            LaunchChoice(of: service.settings, snapshot), definition: definition, network: input.networkConfiguration,
            constraints: input.placementConstraints, strategies: input.placementStrategy)
        try LoadBalancerRules.checkRole(input.role, of: service, definition)
        try ServiceRules.check(ServiceRules.Member.allCases, of: service, definition, snapshot, "created")
        try TargetGroupRules.check(service.settings.loadBalancers, definition, snapshot)
        try GatewayConnectorRules.checkReach(service.settings.gatewayConnectors, service.cluster, snapshot)
        return service.deploymentController == .external ? nil : definition
    }

    /// A service of that name: the same again is answered with it, anything else is an error.
    private func existing(
        _ wanted: ServiceRecord, _ definition: TaskDefinitionRecord?, _ snapshot: Snapshot
    ) throws(WireError) -> ServiceRecord? {
        guard let service = snapshot.get(wanted.key), service.status != .inactive else { return nil }
        guard service.status == .active else {
            throw .invalidParameter("Unable to Start a service that is still Draining.")
        }
        let primary = deployed(service, snapshot)
        let hasSameCount = service.schedulingStrategy == .daemon || service.desiredCount == wanted.desiredCount
        let isSame =
            hasSameCount && service.schedulingStrategy == wanted.schedulingStrategy
            && service.settings.storedBytes() == wanted.settings.storedBytes()
            && primary?.family == definition?.family && primary?.revision == definition?.revision
            && service.deploymentController == wanted.deploymentController
        guard isSame else { throw .invalidParameter("Creation of service was not idempotent.") }
        return service
    }

    /// What the service runs: its primary deployment's definition, or its primary task set's if CodeDeploy deploys.
    private func deployed(_ service: ServiceRecord, _ snapshot: Snapshot) -> (family: String, revision: Int)? {
        guard service.deploymentController == .codeDeploy else {
            return service.primary.map { ($0.family, $0.revision) }
        }
        let sets = snapshot.taskSets(of: service.key)
        return sets.first { $0.status == .primary }.map { ($0.family, $0.revision) }
    }
}
