import AWSModels
import AWSWire
import State

extension ECS.ServiceRevision {
    /// A service revision as DescribeServiceRevisions shows it.
    init(_ revision: ServiceRevisionRecord, in snapshot: Snapshot) {
        let realm = snapshot.realm
        let settings = revision.settings
        self.init()
        serviceRevisionArn = revision.arn(realm)
        serviceArn = realm.ecs("service/\(revision.cluster)/\(revision.service)")
        clusterArn = realm.ecs("cluster/\(revision.cluster)")
        taskDefinition = realm.ecs("task-definition/\(revision.family):\(revision.revision)")
        if settings.capacityProviderStrategy.isEmpty {
            launchType = settings.launchType
        } else {
            capacityProviderStrategy = settings.capacityProviderStrategy
        }
        platformVersion = settings.platformVersion
        networkConfiguration = settings.networkConfiguration
        serviceConnectConfiguration = settings.serviceConnectConfiguration
        loadBalancers = settings.loadBalancers.isEmpty ? nil : settings.loadBalancers
        if !revision.resolvedLoadBalancers.isEmpty {
            resolvedConfiguration = ECS.ResolvedConfiguration(loadBalancers: revision.resolvedLoadBalancers)
        }
        serviceRegistries = settings.serviceRegistries.isEmpty ? nil : settings.serviceRegistries
        volumeConfigurations = settings.volumeConfigurations.isEmpty ? nil : settings.volumeConfigurations
        vpcLatticeConfigurations = settings.vpcLatticeConfigurations.isEmpty ? nil : settings.vpcLatticeConfigurations
        gatewayConnectors = settings.gatewayConnectors.isEmpty ? nil : settings.gatewayConnectors
        monitoring = settings.monitoring
        ecsManagedResources = managedResources(of: revision, in: snapshot)
        containerImages = ServiceRevisionImages(revision, in: snapshot).images
        guardDutyEnabled = false
        createdAt = revision.createdAt
    }

    /// What ECS manages for the revision: the routes from gateways that its connector has.
    private func managedResources(
        of revision: ServiceRevisionRecord, in snapshot: Snapshot
    ) -> ECS.ECSManagedResources? {
        guard let connector = revision.settings.gatewayConnectors.first else { return nil }
        let prefix = "\(revision.cluster)/\(revision.service)/"
        let routes = snapshot.list(GatewayRouteRecord.self, .routeByService, prefix: prefix)
        return ECS.ECSManagedResources(
            gatewayConnections: routes.filter { $0.portName == connector.portName }.map { route in
                ECS.GatewayConnection(route, in: snapshot)
            })
    }
}

/// The images of a service revision: their names from the task definition, their digests from a task that runs it.
private struct ServiceRevisionImages {
    let images: [ECS.ContainerImage]

    init(_ revision: ServiceRevisionRecord, in snapshot: Snapshot) {
        let definition = snapshot.get(TaskDefinitionRecord.key(revision.family, revision.revision))?.definition
        // A revision that is older than the field, or whose containers are not to be consistent, knows by its tasks.
        let digests = ServiceRevisionImages.digests(revision, snapshot).merging(revision.imageDigests) { $1 }
        images = (definition?.containerDefinitions ?? []).map { container in
            ECS.ContainerImage(
                containerName: container.name, imageDigest: digests[container.name ?? ""], image: container.image)
        }
    }

    private static func digests(_ revision: ServiceRevisionRecord, _ snapshot: Snapshot) -> [String: String] {
        guard let service = snapshot.get(ServiceRecord.key(revision.cluster, revision.service)) else { return [:] }
        let ids = Set(service.deployments.filter { $0.serviceRevision == revision.id }.map(\.id))
        let tasks = snapshot.liveTasks(of: service.key).filter { ids.contains($0.deployment ?? "") }
        var digests: [String: String] = [:]
        for container in tasks.flatMap(\.containers) where digests[container.name] == nil {
            digests[container.name] = container.imageDigest
        }
        return digests
    }
}
