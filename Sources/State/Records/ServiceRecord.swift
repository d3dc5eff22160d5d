import AWSModels
import AWSWire

/// A service: keeps a number of tasks of a task definition running.
package struct ServiceRecord: Record {
    package var cluster = ""
    package var name = ""
    package var status = ServiceStatus.active
    package var createdAt = Timestamp(milliseconds: 0)
    /// The caller's ARN.
    package var createdBy: String?
    /// When the service became inactive.
    package var deletedAt: Timestamp?
    package var desiredCount = 0
    package var schedulingStrategy = ECS.SchedulingStrategy.replica
    package var deploymentController = ECS.DeploymentControllerType.ecs
    package var roleARN: String?
    /// What CreateService and UpdateService say of the service as a whole, in CreateService's form; members that have
    /// a field of their own here (name, count, task definition) are absent.
    package var settings = ServiceSettings()
    /// Newest first; the first is PRIMARY. An inactive service keeps its last ones, which are not shown any more, to
    /// name its task definition.
    package var deployments: [DeploymentState] = []
    /// The id of the newest service deployment; nil for a service whose deployments somebody else makes.
    package var serviceDeployment: String?
    /// The id of the service revision whose deployment was complete last: what a failed one goes back to.
    package var completedRevision: String?
    /// The role with which ECS makes load balancers and the like; only Express services have one.
    package var infrastructureRoleARN: String?
    /// What the deployments of an Express service say beside task definition and settings, newest first.
    package var expressRevisions: [ExpressRevision] = []
    /// Newest first, at most 100.
    package var events: [ECS.ServiceEvent] = []
    package var tags: [ECS.Tag] = []
    /// Whether the last event said that the service is steady.
    package var isSteady = false
    /// The last placement-failure event, which is not repeated while the cause lasts.
    package var lastPlacementFailure: String?
    /// The balancing of its tasks over the zones; nil while none goes on.
    package var rebalancing: RebalancingState?

    package init() {}

    package static func key(_ cluster: String, _ name: String) -> Key<ServiceRecord> { Key(path: cluster + "/" + name) }
    package var key: Key<ServiceRecord> { ServiceRecord.key(cluster, name) }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.ecs("service/\(cluster)/\(name)") }

    /// Whether ECS manages the service's resources.
    package var isExpress: Bool { infrastructureRoleARN != nil }

    /// The deployment everything converges on; nil for a service whose deployments somebody else makes.
    package var primary: DeploymentState? { deployments.first { $0.status == .primary } }

    /// Changes the deployment everything converges on, if there is one.
    package mutating func changePrimary(_ body: (inout DeploymentState) -> Void) {
        guard let index = deployments.firstIndex(where: { $0.status == .primary }) else { return }
        body(&deployments[index])
    }

    package static let indexes = [
        IndexDefinition<ServiceRecord>(.serviceByStatus) { "\($0.cluster)/\($0.status.rawValue)/" }
    ]

    package static let fields = FieldTable<ServiceRecord>([
        .init("cluster", \.cluster),
        .init("name", \.name),
        .init("status", \.status),
        .init("createdAt", \.createdAt),
        .init("createdBy", \.createdBy),
        .init("deletedAt", \.deletedAt),
        .init("desiredCount", \.desiredCount),
        .init("schedulingStrategy", \.schedulingStrategy),
        .init("deploymentController", \.deploymentController),
        .init("roleARN", \.roleARN),
        .init("settings", \.settings),
        .init("deployments", \.deployments),
        .init("serviceDeployment", \.serviceDeployment),
        .init("completedRevision", \.completedRevision),
        .init("infrastructureRoleARN", \.infrastructureRoleARN),
        .init("expressRevisions", \.expressRevisions),
        .init("events", \.events),
        .init("tags", \.tags),
        .init("isSteady", \.isSteady),
        .init("lastPlacementFailure", \.lastPlacementFailure),
        .init("rebalancing", \.rebalancing),
    ])
}

/// The life of a service.
package enum ServiceStatus: String, Sendable {
    case active = "ACTIVE"
    case draining = "DRAINING"
    case inactive = "INACTIVE"
}
