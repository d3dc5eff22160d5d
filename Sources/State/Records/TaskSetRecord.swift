import AWSModels
import AWSWire

/// A task set: a number of tasks of one definition in a service whose deployments somebody else makes.
/// Source: Amazon ECS API Reference, TaskSet.
package struct TaskSetRecord: Record {
    package var cluster = ""
    package var service = ""
    /// 19 digits; clients know it as `ecs-svc/` and these.
    package var digits = ""
    package var status = TaskSetStatus.active
    package var externalID: String?
    /// `CODE_DEPLOY` for a set that a CODE_DEPLOY service began with.
    package var startedBy: String?
    package var family = ""
    package var revision = 0
    /// How many tasks of the service's count it has, in percent.
    package var scale = 100.0
    package var launchType: ECS.LaunchType?
    package var capacityProviderStrategy: [ECS.CapacityProviderStrategyItem] = []
    package var platformVersion: String?
    package var networkConfiguration: ECS.NetworkConfiguration?
    package var loadBalancers: [ECS.LoadBalancer] = []
    package var serviceRegistries: [ECS.ServiceRegistry] = []
    package var createdAt = Timestamp(milliseconds: 0)
    package var updatedAt = Timestamp(milliseconds: 0)
    package var isStable = false
    /// When `isStable` changed last.
    package var stabilityChangedAt = Timestamp(milliseconds: 0)
    /// No task is started before: the back-off after tasks that could not start.
    package var notBefore: Timestamp?
    /// Consecutive tasks that failed to start.
    package var launchFailures = 0
    package var tags: [ECS.Tag] = []

    package init() {}

    package static func key(_ cluster: String, _ service: String, _ digits: String) -> Key<TaskSetRecord> {
        Key(path: "\(cluster)/\(service)/\(digits)")
    }
    package var key: Key<TaskSetRecord> { TaskSetRecord.key(cluster, service, digits) }

    /// `ecs-svc/` and the digits; also the `startedBy` of its tasks.
    package var id: String { "ecs-svc/\(digits)" }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.ecs("task-set/\(cluster)/\(service)/\(id)") }

    /// How many tasks it is to have, of a service that wants `desiredCount`: rounded up.
    package func computedCount(of desiredCount: Int) -> Int {
        Int((Double(desiredCount) * scale / 100).rounded(.up))
    }

    package static let fields = FieldTable<TaskSetRecord>([
        .init("cluster", \.cluster),
        .init("service", \.service),
        .init("digits", \.digits),
        .init("status", \.status),
        .init("externalId", \.externalID),
        .init("startedBy", \.startedBy),
        .init("family", \.family),
        .init("revision", \.revision),
        .init("scale", \.scale),
        .init("launchType", \.launchType),
        .init("capacityProviderStrategy", \.capacityProviderStrategy),
        .init("platformVersion", \.platformVersion),
        .init("networkConfiguration", \.networkConfiguration),
        .init("loadBalancers", \.loadBalancers),
        .init("serviceRegistries", \.serviceRegistries),
        .init("createdAt", \.createdAt),
        .init("updatedAt", \.updatedAt),
        .init("isStable", \.isStable),
        .init("stabilityChangedAt", \.stabilityChangedAt),
        .init("notBefore", \.notBefore),
        .init("launchFailures", \.launchFailures),
        .init("tags", \.tags),
    ])
}

/// The place of a task set among those of its service.
package enum TaskSetStatus: String, Sendable {
    /// It serves production.
    case primary = "PRIMARY"
    case active = "ACTIVE"
    /// It was deleted; its tasks are stopping.
    case draining = "DRAINING"
}
