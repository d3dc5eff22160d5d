import AWSModels
import AWSWire
import State

extension Transaction {
    /// Begins a deployment of `definition` with the service's settings: it becomes the PRIMARY one, the others are
    /// ACTIVE until their tasks are gone. It makes a service revision and a service deployment; one that was still
    /// going on is stopped by it. The caller stores the service.
    /// Source: Amazon ECS API Reference, Deployment, ServiceDeployment and ServiceRevision.
    package mutating func deploy(
        _ definition: TaskDefinitionRecord, of service: inout ServiceRecord, _ context: inout DecisionContext
    ) {
        let digits = context.random.digits(19)
        var revision = ServiceRevisionRecord()
        revision.cluster = service.cluster
        revision.service = service.name
        revision.id = digits
        revision.family = definition.family
        revision.revision = definition.revision
        revision.settings = service.settings
        revision.createdAt = context.now
        revision.resolveTargetGroups(beside: servingRevision(of: service))
        put(revision)
        supersede(service, at: context.now)
        let deployment = ServiceDeploymentRecord(of: service, to: revision, &context)
        put(deployment)
        service.serviceDeployment = deployment.id
        service.beginDeployment(
            of: revision, id: "ecs-svc/\(digits)", reason: "ECS deployment ecs-svc/\(digits) in progress.",
            at: context.now)
        settleRoutes(of: service, at: context.now)
    }

    /// The revision that serves a service: the one that was complete last, while it still has tasks.
    private func servingRevision(of service: ServiceRecord) -> ServiceRevisionRecord? {
        let complete = service.deployments.first { $0.serviceRevision == service.completedRevision }
        return (complete ?? service.primary).flatMap {
            get(ServiceRevisionRecord.key(service.cluster, service.name, $0.serviceRevision))
        }
    }

    /// A service deployment that another one follows before its end is stopped.
    private mutating func supersede(_ service: ServiceRecord, at now: Timestamp) {
        guard let id = service.serviceDeployment else { return }
        let key = ServiceDeploymentRecord.key(service.cluster, service.name, id)
        guard get(key)?.isOpen ?? false else { return }
        update(key) { $0.stop("Service deployment was superseded by a newer one.", at: now) }
    }
}

extension ServiceRecord {
    /// Puts a deployment in front of the others.
    mutating func beginDeployment(
        of revision: ServiceRevisionRecord, id: String, reason: String, at now: Timestamp
    ) {
        var deployment = DeploymentState()
        deployment.id = id
        deployment.family = revision.family
        deployment.revision = revision.revision
        deployment.serviceRevision = revision.id
        deployment.createdAt = now
        deployment.updatedAt = now
        deployment.rolloutStateReason = reason
        deployment.launchType = settings.effectiveLaunchType
        deployment.capacityProviderStrategy = settings.capacityProviderStrategy
        deployment.platformVersion = settings.platformVersion
        deployment.networkConfiguration = settings.networkConfiguration
        deployment.serviceConnectConfiguration = settings.serviceConnectConfiguration
        deployment.volumeConfigurations = settings.volumeConfigurations
        deployment.vpcLatticeConfigurations = settings.vpcLatticeConfigurations
        for index in deployments.indices where deployments[index].status == .primary {
            deployments[index].status = .active
            deployments[index].desiredCount = 0
            deployments[index].updatedAt = now
        }
        deployments.insert(deployment, at: 0)
        isSteady = false
        lastPlacementFailure = nil
    }
}

extension ServiceDeploymentRecord {
    fileprivate init(
        of service: ServiceRecord, to revision: ServiceRevisionRecord, _ context: inout DecisionContext
    ) {
        self.init()
        cluster = service.cluster
        self.service = service.name
        id = context.random.urlSafeText(21)
        createdAt = context.now
        updatedAt = context.now
        for deployment in service.deployments where !sources.contains(deployment.serviceRevision) {
            sources.append(deployment.serviceRevision)
        }
        target = revision.id
        configuration = service.settings.deploymentConfiguration
        let isBreakerOn = configuration.deploymentCircuitBreaker?.enable ?? false
        breaker = isBreakerOn ? .monitoring : .disabled
        breakerThreshold = CircuitBreaker.threshold(
            configuration.deploymentCircuitBreaker, desiredCount: service.desiredCount)
        alarms = configuration.alarms?.enable ?? false ? .monitoring : .disabled
    }
}
