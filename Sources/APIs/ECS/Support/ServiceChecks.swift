import AWSModels
import AWSWire
import State

/// Rules that CreateService and UpdateService share.
enum ServiceChecks {
    /// Source: Amazon ECS service quotas: tasks per service.
    static let maximumDesiredCount = 5_000

    /// Checks a desired count.
    static func check(desiredCount: Int) throws(WireError) {
        guard (0...maximumDesiredCount).contains(desiredCount) else {
            throw .invalidParameter("desiredCount must be between 0 and \(maximumDesiredCount).")
        }
    }

    /// Fills the defaults of a deployment configuration in and checks it.
    /// Source: Amazon ECS API Reference, DeploymentConfiguration.
    static func completed(
        _ configuration: ECS.DeploymentConfiguration?, over old: ECS.DeploymentConfiguration?,
        _ strategy: ECS.SchedulingStrategy
    ) throws(WireError) -> ECS.DeploymentConfiguration {
        var result = configuration ?? ECS.DeploymentConfiguration()
        let isDaemon = strategy == .daemon
        result.deploymentCircuitBreaker = result.deploymentCircuitBreaker ?? old?.deploymentCircuitBreaker
            ?? ECS.DeploymentCircuitBreaker(enable: false, rollback: false)
        result.maximumPercent = result.maximumPercent ?? old?.maximumPercent ?? (isDaemon ? 100 : 200)
        result.minimumHealthyPercent = result.minimumHealthyPercent ?? old?.minimumHealthyPercent
            ?? (isDaemon ? 0 : 100)
        result.strategy = result.strategy ?? old?.strategy ?? .rolling
        result.bakeTimeInMinutes = result.bakeTimeInMinutes ?? old?.bakeTimeInMinutes ?? 0
        try check(result, isDaemon: isDaemon)
        return result
    }

    private static func check(_ configuration: ECS.DeploymentConfiguration, isDaemon: Bool) throws(WireError) {
        let (low, high) = (configuration.minimumHealthyPercent ?? 0, configuration.maximumPercent ?? 0)
        guard configuration.strategy == .rolling else {
            throw .unsupportedFeature("Only the ROLLING deployment strategy is available in this region yet.")
        }
        guard (0...100).contains(low) else {
            throw .invalidParameter("minimumHealthyPercent must be between 0 and 100.")
        }
        guard (100...200).contains(high) || (isDaemon && high == 100) else {
            throw .invalidParameter("maximumPercent must be between 100 and 200.")
        }
        guard low < 100 || high > 100 else {
            throw .invalidParameter(
                "Invalid deployment configuration: minimumHealthyPercent and maximumPercent cannot both be 100.")
        }
    }

    /// Load balancers name a container and a port of the definition.
    /// Source: Amazon ECS API Reference, CreateService (loadBalancers).
    static func check(
        _ balancers: [ECS.LoadBalancer], _ definition: TaskDefinitionRecord
    ) throws(WireError) {
        guard balancers.count <= 5 else { throw .invalidParameter("load balancers can have at most 5 items.") }
        let containers = definition.definition.containerDefinitions ?? []
        for balancer in balancers {
            let name = balancer.containerName ?? ""
            guard let container = containers.first(where: { $0.name == name }) else {
                throw .invalidParameter("The container \(name) does not exist in the task definition.")
            }
            let port = balancer.containerPort ?? 0
            guard (container.portMappings ?? []).contains(where: { $0.containerPort == port }) else {
                throw .invalidParameter("The container \(name) did not have a container port \(port) defined.")
            }
        }
    }

    /// Whether rebalancing between zones is possible for these settings.
    /// Source: Amazon ECS Developer Guide, Availability Zone rebalancing.
    static func canRebalance(_ settings: ServiceSettings, _ strategy: ECS.SchedulingStrategy) -> Bool {
        let first = settings.placementStrategy.first
        let spreadsZones = first == nil || (first?.type == .spread && first?.field == "attribute:ecs.availability-zone")
        let pinsZone = settings.placementConstraints.contains {
            $0.expression?.contains("ecs.availability-zone") ?? false
        }
        return strategy == .replica && settings.maximumPercent > 100 && spreadsZones && !pinsZone
            && !settings.loadBalancers.contains { $0.loadBalancerName != nil }
    }
}
