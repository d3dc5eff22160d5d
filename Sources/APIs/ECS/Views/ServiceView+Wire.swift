import AWSModels
import AWSWire
import State

extension ECS.Service {
    /// A service as DescribeServices shows it.
    init(_ service: ServiceRecord, in snapshot: Snapshot, includesTags: Bool) {
        let realm = snapshot.realm
        let tasks = snapshot.liveTasks(of: service.key)
        let settings = service.settings
        self.init()
        serviceArn = service.arn(realm)
        serviceName = service.name
        clusterArn = realm.ecs("cluster/\(service.cluster)")
        status = service.status.rawValue
        desiredCount = service.desiredCount
        runningCount = tasks.filter { $0.lastStatus == .running }.count
        pendingCount = tasks.filter(\.lastStatus.isPending).count
        taskDefinition = service.primary.map { realm.ecs("task-definition/\($0.family):\($0.revision)") }
        schedulingStrategy = service.schedulingStrategy
        deploymentController = ECS.DeploymentController(type: service.deploymentController)
        deploymentConfiguration = settings.deploymentConfiguration
        let current = service.status == .inactive ? [] : service.deployments
        deployments = current.map { ECS.Deployment($0, of: service, tasks, snapshot) }
        fillHistory(service, current, tasks, in: snapshot)
        events = service.events
        createdAt = service.createdAt
        createdBy = service.createdBy
        roleArn = service.roleARN
        tags = includesTags ? service.tags : []
        resourceManagementType = service.isExpress ? .ecs : .customer
        fill(settings)
        platformFamily = service.primary.flatMap { ECS.Service.platformFamily(of: $0, in: snapshot) }
    }

    /// The operating system of tasks on Fargate; nil for others.
    /// Observed: `Linux` for LINUX.
    fileprivate static func platformFamily(of deployment: DeploymentState, in snapshot: Snapshot) -> String? {
        guard deployment.launchType == .fargate else { return nil }
        let key = TaskDefinitionRecord.key(deployment.family, deployment.revision)
        let family = snapshot.get(key)?.definition.runtimePlatform?.operatingSystemFamily ?? .linux
        return family == .linux ? "Linux" : family.rawValue
    }

    /// What is deployed now, and by which service deployment.
    private mutating func fillHistory(
        _ service: ServiceRecord, _ current: [DeploymentState], _ tasks: [TaskRecord], in snapshot: Snapshot
    ) {
        let realm = snapshot.realm
        guard let id = service.serviceDeployment else { return fillTaskSets(service, in: snapshot) }
        let key = ServiceDeploymentRecord.key(service.cluster, service.name, id)
        let progress = snapshot.get(key)
        // Only one that goes on is current.
        if let progress, progress.isOpen { currentServiceDeployment = progress.arn(realm) }
        var shown: [String] = []
        for deployment in current where !shown.contains(deployment.serviceRevision) {
            shown.append(deployment.serviceRevision)
        }
        currentServiceRevisions = shown.filter { !$0.isEmpty }.map { revision in
            let counts = ServiceRevisionTasks(of: revision, service, tasks, progress)
            return ECS.ServiceCurrentRevisionSummary(
                arn: realm.ecs("service-revision/\(service.key.path)/\(revision)"),
                requestedTaskCount: counts.requested, runningTaskCount: counts.running,
                pendingTaskCount: counts.pending)
        }
    }

    /// A service whose deployments somebody else makes shows what its primary task set has.
    private mutating func fillTaskSets(_ service: ServiceRecord, in snapshot: Snapshot) {
        guard service.deploymentController != .ecs else { return }
        let sets = snapshot.taskSets(of: service.key)
        taskSets = sets.map { ECS.TaskSet($0, of: service, in: snapshot, includesTags: false) }
        guard let primary = sets.first(where: { $0.status == .primary }) else { return }
        taskDefinition = snapshot.realm.ecs("task-definition/\(primary.family):\(primary.revision)")
    }

    private mutating func fill(_ settings: ServiceSettings) {
        launchType = settings.effectiveLaunchType
        capacityProviderStrategy = settings.capacityProviderStrategy.isEmpty ? nil : settings.capacityProviderStrategy
        platformVersion = settings.platformVersion
        networkConfiguration = settings.networkConfiguration
        loadBalancers = settings.loadBalancers
        serviceRegistries = settings.serviceRegistries
        placementConstraints = settings.placementConstraints
        placementStrategy = settings.placementStrategy
        healthCheckGracePeriodSeconds = settings.healthCheckGracePeriodSeconds
        availabilityZoneRebalancing = settings.availabilityZoneRebalancing
        enableECSManagedTags = settings.enableECSManagedTags
        enableExecuteCommand = settings.enableExecuteCommand
        propagateTags = settings.propagateTags ?? ECS.PropagateTags.none
    }
}

extension ECS.Deployment {
    init(_ deployment: DeploymentState, of service: ServiceRecord, _ tasks: [TaskRecord], _ snapshot: Snapshot) {
        let realm = snapshot.realm
        let own = tasks.filter { $0.deployment == deployment.id }
        self.init()
        id = deployment.id
        status = deployment.status.rawValue
        taskDefinition = realm.ecs("task-definition/\(deployment.family):\(deployment.revision)")
        desiredCount = deployment.status == .primary ? service.desiredCount : deployment.desiredCount
        runningCount = own.filter { $0.lastStatus == .running }.count
        pendingCount = own.filter(\.lastStatus.isPending).count
        failedTasks = deployment.failedTasks
        createdAt = deployment.createdAt
        updatedAt = deployment.updatedAt
        launchType = deployment.launchType
        capacityProviderStrategy =
            deployment.capacityProviderStrategy.isEmpty ? nil : deployment.capacityProviderStrategy
        platformVersion = deployment.platformVersion
        platformFamily = ECS.Service.platformFamily(of: deployment, in: snapshot)
        networkConfiguration = deployment.networkConfiguration
        rolloutState = deployment.rolloutState
        rolloutStateReason = deployment.rolloutStateReason
        serviceConnectConfiguration = deployment.serviceConnectConfiguration
        volumeConfigurations = deployment.volumeConfigurations.isEmpty ? nil : deployment.volumeConfigurations
        vpcLatticeConfigurations =
            deployment.vpcLatticeConfigurations.isEmpty ? nil : deployment.vpcLatticeConfigurations
    }
}
