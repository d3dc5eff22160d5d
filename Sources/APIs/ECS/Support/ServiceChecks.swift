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

    /// Checks a grace period.
    static func check(gracePeriodSeconds seconds: Int?) throws(WireError) {
        guard (seconds ?? 0) >= 0 else {
            throw .invalidParameter("healthCheckGracePeriodSeconds must not be negative.")
        }
    }

    /// Checks a client token: a service is known by its name, so the token itself says nothing.
    /// Source: Amazon ECS API Reference, CreateService (clientToken).
    static func check(clientToken token: String?) throws(WireError) {
        guard let token else { return }
        guard token.utf8.count <= 36, token.utf8.allSatisfy({ (33...126).contains($0) }) else {
            throw .invalidParameter("clientToken must be up to 36 ASCII characters.")
        }
    }

    /// Completes a deployment configuration and checks it: what it leaves out stays as it was, and what has never been
    /// named has its default. Hooks and alarms go when the request says so: by an empty list, or `enable: false`. What
    /// is for one strategy only goes with that strategy.
    /// Source: Amazon ECS API Reference, DeploymentConfiguration. Observed: hooks and alarms that UpdateService leaves
    /// out stay (hashicorp/terraform-provider-aws#47096, aws/copilot-cli#4565).
    static func completed(
        _ configuration: ECS.DeploymentConfiguration?, over old: ECS.DeploymentConfiguration?,
        _ strategy: ECS.SchedulingStrategy
    ) throws(WireError) -> ECS.DeploymentConfiguration {
        var result = configuration ?? ECS.DeploymentConfiguration()
        let isDaemon = strategy == .daemon
        result.deploymentCircuitBreaker =
            result.deploymentCircuitBreaker ?? old?.deploymentCircuitBreaker
            ?? ECS.DeploymentCircuitBreaker(enable: false, rollback: false)
        result.maximumPercent = result.maximumPercent ?? old?.maximumPercent ?? (isDaemon ? 100 : 200)
        result.minimumHealthyPercent =
            result.minimumHealthyPercent ?? old?.minimumHealthyPercent
            ?? (isDaemon ? 0 : 100)
        result.alarms = result.alarms ?? old?.alarms
        result.strategy = result.strategy ?? old?.strategy ?? .rolling
        result.bakeTimeInMinutes = result.bakeTimeInMinutes ?? old?.bakeTimeInMinutes ?? 0
        result.lifecycleHooks = result.lifecycleHooks ?? old?.lifecycleHooks
        if let old, old.strategy == result.strategy {
            result.linearConfiguration = result.linearConfiguration ?? old.linearConfiguration
            result.canaryConfiguration = result.canaryConfiguration ?? old.canaryConfiguration
            result.earlySuccessCriteria = result.earlySuccessCriteria ?? old.earlySuccessCriteria
        }
        try check(result, isDaemon: isDaemon)
        try DeploymentRules.check(result)
        return result
    }

    private static func check(_ configuration: ECS.DeploymentConfiguration, isDaemon: Bool) throws(WireError) {
        let (low, high) = (configuration.minimumHealthyPercent ?? 0, configuration.maximumPercent ?? 0)
        if configuration.strategy != .rolling { try check(shiftingTraffic: configuration, isDaemon: isDaemon) }
        guard (0...100).contains(low) else {
            throw .invalidParameter("minimumHealthyPercent must be between 0 and 100.")
        }
        // Source: the same page: a daemon's is always 100. Observed: others may have far more than 200.
        guard high == 100 || (high > 100 && !isDaemon) else {
            throw .invalidParameter("maximumPercent must be \(isDaemon ? "100" : "at least 100").")
        }
        // Observed: these words.
        guard low < 100 || high > 100 else {
            throw .invalidParameter(
                "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.")
        }
    }

    /// Strategies that shift traffic are for REPLICA services. Their hooks may pause; there is no Lambda API to call.
    /// Source: Amazon ECS API Reference, DeploymentConfiguration (strategy, lifecycleHooks).
    private static func check(
        shiftingTraffic configuration: ECS.DeploymentConfiguration, isDaemon: Bool
    ) throws(WireError) {
        guard !isDaemon else {
            throw .invalidParameter("The DAEMON scheduling strategy only supports the ROLLING deployment strategy.")
        }
        for hook in configuration.lifecycleHooks ?? [] {
            guard hook.targetType == .pause else {
                throw .unsupportedFeature(
                    "Lifecycle hooks of type AWS_LAMBDA are not available in this region yet. Use PAUSE hooks.")
            }
        }
    }

    /// ECS Exec needs a task role.
    /// Source: Amazon ECS Developer Guide, Monitor Amazon ECS containers with ECS Exec. Observed: these words.
    /// - Parameter verb: what cannot be done: `created` or `updated`.
    static func checkExecuteCommand(
        _ settings: ServiceSettings, _ definition: TaskDefinitionRecord, _ verb: String
    ) throws(WireError) {
        guard !settings.enableExecuteCommand || definition.definition.taskRoleArn != nil else {
            throw .invalidParameter(
                "The service couldn't be \(verb) because a valid taskRoleArn is not being used. Specify a valid task "
                    + "role in your task definition and try again.")
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
        return strategy == .replica && settings.launchType != .external && settings.maximumPercent > 100
            && spreadsZones && !pinsZone && !settings.loadBalancers.contains { $0.loadBalancerName != nil }
    }
}

extension WireError {
    /// Observed: these words. A daemon runs on every instance that suits it.
    static var daemonCount: WireError {
        .invalidParameter(
            "The daemon scheduling strategy does not support a desired count for services. Remove the desired count "
                + "value and try again")
    }

    /// A daemon runs where it belongs, not where a strategy says.
    static var daemonStrategy: WireError {
        .invalidParameter("The daemon scheduling strategy does not support placement strategies.")
    }
}
