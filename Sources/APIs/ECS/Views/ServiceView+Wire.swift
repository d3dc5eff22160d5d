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
        deployments = current.map { ECS.Deployment($0, of: service, tasks, realm) }
        events = service.events
        createdAt = service.createdAt
        createdBy = service.createdBy
        roleArn = service.roleARN
        tags = includesTags ? service.tags : []
        fill(settings)
    }

    private mutating func fill(_ settings: ServiceSettings) {
        launchType = settings.launchType
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
    init(_ deployment: DeploymentState, of service: ServiceRecord, _ tasks: [TaskRecord], _ realm: Realm) {
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
        networkConfiguration = deployment.networkConfiguration
        rolloutState = deployment.rolloutState
        rolloutStateReason = deployment.rolloutStateReason
        serviceConnectConfiguration = deployment.serviceConnectConfiguration
        volumeConfigurations = deployment.volumeConfigurations.isEmpty ? nil : deployment.volumeConfigurations
        vpcLatticeConfigurations =
            deployment.vpcLatticeConfigurations.isEmpty ? nil : deployment.vpcLatticeConfigurations
    }
}
