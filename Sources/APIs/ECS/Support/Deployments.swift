import AWSModels
import AWSWire
import State

extension ServiceRecord {
    /// Begins a deployment of `definition` with the service's settings: it becomes the PRIMARY one, the others are
    /// ACTIVE until their tasks are gone.
    /// Source: Amazon ECS API Reference, Deployment.
    mutating func deploy(_ definition: TaskDefinitionRecord, _ context: inout DecisionContext) {
        var deployment = DeploymentState()
        deployment.id = "ecs-svc/\(context.random.digits(19))"
        deployment.family = definition.family
        deployment.revision = definition.revision
        deployment.createdAt = context.now
        deployment.updatedAt = context.now
        deployment.rolloutStateReason = "ECS deployment \(deployment.id) in progress."
        deployment.launchType = settings.capacityProviderStrategy.isEmpty ? settings.launchType : nil
        deployment.capacityProviderStrategy = settings.capacityProviderStrategy
        deployment.platformVersion = settings.platformVersion
        deployment.networkConfiguration = settings.networkConfiguration
        deployment.serviceConnectConfiguration = settings.serviceConnectConfiguration
        deployment.volumeConfigurations = settings.volumeConfigurations
        deployment.vpcLatticeConfigurations = settings.vpcLatticeConfigurations
        for index in deployments.indices where deployments[index].status == .primary {
            deployments[index].status = .active
            deployments[index].desiredCount = 0
            deployments[index].updatedAt = context.now
        }
        deployments.insert(deployment, at: 0)
        isSteady = false
        lastPlacementFailure = nil
    }
}
