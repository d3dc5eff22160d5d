import AWSModels
import AWSWire
import State

/// Where tasks of RunTask or of a service are to run: by launch type, or by a capacity provider strategy.
struct LaunchChoice {
    /// The type the tasks have; with a strategy it is that of its providers.
    var launchType: ECS.LaunchType
    /// Complete with its defaults; empty without one.
    var strategy: [ECS.CapacityProviderStrategyItem]

    /// What a request says. When it says nothing, the cluster's default strategy counts, and without one EC2.
    /// Source: Amazon ECS API Reference, RunTask and CreateService (capacityProviderStrategy).
    /// - Throws: `InvalidParameterException` for both a type and a strategy, and for one the cluster cannot have.
    init(
        _ launchType: ECS.LaunchType?, _ strategy: [ECS.CapacityProviderStrategyItem]?, in cluster: ClusterRecord,
        _ snapshot: Snapshot
    ) throws(WireError) {
        let isGiven = !(strategy ?? []).isEmpty
        guard launchType == nil || !isGiven else {
            throw .invalidParameter(
                "Specifying both a launch type and capacity provider strategy is not supported. "
                    + "Remove one and try again.")
        }
        if isGiven {
            self.strategy = try CapacityProviderStrategies.checked(
                strategy, associated: cluster.capacityProviders, in: snapshot)
        } else {
            self.strategy = launchType == nil ? cluster.defaultCapacityProviderStrategy : []
        }
        self.launchType = launchType ?? snapshot.launchType(of: self.strategy) ?? .ec2
    }

    /// What the settings of a service say.
    init(of settings: ServiceSettings, _ snapshot: Snapshot) {
        strategy = settings.capacityProviderStrategy
        launchType = snapshot.launchType(of: strategy) ?? settings.launchType ?? .ec2
    }
}
