import AWSModels
import AWSWire

/// One deployment of a service: the roll-out of one task definition with the settings of that moment.
package struct DeploymentState: Stored {
    /// `ecs-svc/` and 19 digits; also the `startedBy` of its tasks.
    package var id = ""
    package var status = DeploymentStatus.primary
    package var family = ""
    package var revision = 0
    /// The id of its service revision.
    package var serviceRevision = ""
    /// What this deployment wants: the service's count for the primary one, less and less for the older ones.
    package var desiredCount = 0
    /// Consecutive tasks that could not be launched, never ran, or ended before they counted as healthy.
    /// Source: Amazon ECS API Reference, Deployment.failedTasks.
    package var failedTasks = 0
    /// How many tasks were healthy when `failedTasks` was looked at: one more ends the series. Absent when none failed.
    package var healthyTasks: Int?
    /// Consecutive tasks that never ran: the back-off grows with them.
    package var launchFailures = 0
    package var createdAt = Timestamp(milliseconds: 0)
    package var updatedAt = Timestamp(milliseconds: 0)
    package var rolloutState = ECS.DeploymentRolloutState.inProgress
    package var rolloutStateReason: String?
    package var launchType: ECS.LaunchType?
    package var capacityProviderStrategy: [ECS.CapacityProviderStrategyItem] = []
    package var platformVersion: String?
    package var networkConfiguration: ECS.NetworkConfiguration?
    package var serviceConnectConfiguration: ECS.ServiceConnectConfiguration?
    package var volumeConfigurations: [ECS.ServiceVolumeConfiguration] = []
    package var vpcLatticeConfigurations: [ECS.VpcLatticeConfiguration] = []
    /// No task of this deployment is started before: the back-off after tasks that could not start.
    package var notBefore: Timestamp?
    /// A task that finds no place before counts as failed already.
    package var unplacedUntil: Timestamp?

    package init() {}

    package static let fields = FieldTable<DeploymentState>([
        .init("id", \.id),
        .init("status", \.status),
        .init("family", \.family),
        .init("revision", \.revision),
        .init("serviceRevision", \.serviceRevision),
        .init("desiredCount", \.desiredCount),
        .init("failedTasks", \.failedTasks),
        .init("healthyTasks", \.healthyTasks),
        .init("launchFailures", \.launchFailures),
        .init("createdAt", \.createdAt),
        .init("updatedAt", \.updatedAt),
        .init("rolloutState", \.rolloutState),
        .init("rolloutStateReason", \.rolloutStateReason),
        .init("launchType", \.launchType),
        .init("capacityProviderStrategy", \.capacityProviderStrategy),
        .init("platformVersion", \.platformVersion),
        .init("networkConfiguration", \.networkConfiguration),
        .init("serviceConnectConfiguration", \.serviceConnectConfiguration),
        .init("volumeConfigurations", \.volumeConfigurations),
        .init("vpcLatticeConfigurations", \.vpcLatticeConfigurations),
        .init("notBefore", \.notBefore),
        .init("unplacedUntil", \.unplacedUntil),
    ])
}

/// The place of a deployment among those of its service.
package enum DeploymentStatus: String, Sendable {
    /// The newest.
    case primary = "PRIMARY"
    /// An older one that still has tasks.
    case active = "ACTIVE"
}
