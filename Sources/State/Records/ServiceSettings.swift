import AWSModels
import AWSWire

/// The settings of a service, as CreateService and UpdateService give them and DescribeServices echoes them.
package struct ServiceSettings: Stored {
    /// What the service was created with, and falls back to when its strategy is taken away; nil for a strategy.
    package var launchType: ECS.LaunchType?
    package var capacityProviderStrategy: [ECS.CapacityProviderStrategyItem] = []
    package var platformVersion: String?
    package var networkConfiguration: ECS.NetworkConfiguration?
    package var deploymentConfiguration = ECS.DeploymentConfiguration()
    package var loadBalancers: [ECS.LoadBalancer] = []
    package var serviceRegistries: [ECS.ServiceRegistry] = []
    package var serviceConnectConfiguration: ECS.ServiceConnectConfiguration?
    package var volumeConfigurations: [ECS.ServiceVolumeConfiguration] = []
    package var vpcLatticeConfigurations: [ECS.VpcLatticeConfiguration] = []
    package var gatewayConnectors: [ECS.GatewayConnector] = []
    package var monitoring: ECS.MonitoringConfiguration?
    package var placementConstraints: [ECS.PlacementConstraint] = []
    package var placementStrategy: [ECS.PlacementStrategy] = []
    package var availabilityZoneRebalancing: ECS.AvailabilityZoneRebalancing?
    package var healthCheckGracePeriodSeconds: Int?
    package var enableECSManagedTags = false
    package var enableExecuteCommand = false
    package var propagateTags: ECS.PropagateTags?

    package init() {}

    /// The launch type that counts: none with a capacity provider strategy.
    package var effectiveLaunchType: ECS.LaunchType? { capacityProviderStrategy.isEmpty ? launchType : nil }

    /// How many of the desired tasks must stay healthy during a deployment, in percent.
    package var minimumHealthyPercent: Int { deploymentConfiguration.minimumHealthyPercent ?? 100 }

    /// How many tasks there may be during a deployment, in percent of the desired count.
    package var maximumPercent: Int { deploymentConfiguration.maximumPercent ?? 200 }

    /// The settings that a deployment rolls out: a change of them begins one, and a roll-back takes them back.
    /// Source: Amazon ECS API Reference, UpdateService.
    package var deploymentPart: ServiceSettings {
        var part = ServiceSettings()
        part.takeDeploymentPart(of: self)
        return part
    }

    /// Takes over the settings that a deployment rolls out.
    package mutating func takeDeploymentPart(of other: ServiceSettings) {
        networkConfiguration = other.networkConfiguration
        platformVersion = other.platformVersion
        loadBalancers = other.loadBalancers
        serviceRegistries = other.serviceRegistries
        serviceConnectConfiguration = other.serviceConnectConfiguration
        volumeConfigurations = other.volumeConfigurations
        vpcLatticeConfigurations = other.vpcLatticeConfigurations
        gatewayConnectors = other.gatewayConnectors
    }

    package static let fields = FieldTable<ServiceSettings>([
        .init("launchType", \.launchType),
        .init("capacityProviderStrategy", \.capacityProviderStrategy),
        .init("platformVersion", \.platformVersion),
        .init("networkConfiguration", \.networkConfiguration),
        .init("deploymentConfiguration", \.deploymentConfiguration),
        .init("loadBalancers", \.loadBalancers),
        .init("serviceRegistries", \.serviceRegistries),
        .init("serviceConnectConfiguration", \.serviceConnectConfiguration),
        .init("volumeConfigurations", \.volumeConfigurations),
        .init("vpcLatticeConfigurations", \.vpcLatticeConfigurations),
        .init("gatewayConnectors", \.gatewayConnectors),
        .init("monitoring", \.monitoring),
        .init("placementConstraints", \.placementConstraints),
        .init("placementStrategy", \.placementStrategy),
        .init("availabilityZoneRebalancing", \.availabilityZoneRebalancing),
        .init("healthCheckGracePeriodSeconds", \.healthCheckGracePeriodSeconds),
        .init("enableECSManagedTags", \.enableECSManagedTags),
        .init("enableExecuteCommand", \.enableExecuteCommand),
        .init("propagateTags", \.propagateTags),
    ])
}
