import AWSModels
import AWSWire

/// A service deployment: the history of one roll-out of a service revision, with everything that decides its end.
/// Source: Amazon ECS API Reference, ServiceDeployment.
package struct ServiceDeploymentRecord: Record {
    package var cluster = ""
    package var service = ""
    /// 21 letters, digits, hyphens and underscores.
    package var id = ""
    package var status = ECS.ServiceDeploymentStatus.pending
    package var statusReason: String?
    package var createdAt = Timestamp(milliseconds: 0)
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    package var stoppedAt: Timestamp?
    package var updatedAt = Timestamp(milliseconds: 0)
    /// The ids of the revisions that had tasks when it began, the newest first.
    package var sources: [String] = []
    /// The id of the revision it rolls out.
    package var target = ""
    package var configuration = ECS.DeploymentConfiguration()

    /// Where a deployment that shifts traffic is; nil for a rolling one.
    package var lifecycleStage: ECS.ServiceDeploymentLifecycleStage?
    /// When the stage began, or the last step of the traffic.
    package var stageStartedAt: Timestamp?
    /// How much of production's traffic the target is to get, in percent.
    package var productionTraffic = 0.0
    /// How much of the test traffic the target is to get, in percent.
    package var testTraffic = 0.0
    /// The revision of the state from which on listener rules share the traffic like that; nil when no rule has to.
    package var trafficRevision: Int?
    /// The hooks that were met, in order.
    package var hooks: [LifecycleHookState] = []

    /// Whether the circuit breaker watched, still watches, or ended it.
    package var breaker = ECS.ServiceDeploymentRollbackMonitorsStatus.disabled
    package var breakerFailures = 0
    package var breakerThreshold = 0
    /// The same of the alarms.
    package var alarms = ECS.ServiceDeploymentRollbackMonitorsStatus.disabled
    package var triggeredAlarms: [String] = []
    /// When every task was there: the bake time counts from here.
    package var settledAt: Timestamp?

    package var rollbackReason: String?
    package var rollbackStartedAt: Timestamp?
    /// The id of the revision that it goes back to.
    package var rollbackRevision: String?
    /// How many tasks the target had when the deployment ended.
    package var finalTasks = 0

    package init() {}

    package static func key(_ cluster: String, _ service: String, _ id: String) -> Key<ServiceDeploymentRecord> {
        Key(path: "\(cluster)/\(service)/\(id)")
    }
    package var key: Key<ServiceDeploymentRecord> { ServiceDeploymentRecord.key(cluster, service, id) }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.ecs("service-deployment/\(cluster)/\(service)/\(id)") }

    /// Whether it goes on.
    package var isOpen: Bool {
        switch status {
        case .pending, .inProgress, .stopRequested, .rollbackRequested, .rollbackInProgress: true
        case .successful, .stopped, .rollbackSuccessful, .rollbackFailed: false
        }
    }

    /// The place of a deployment among those of its service: a whole key of `.serviceDeploymentByAge`.
    package static func place(_ deployment: ServiceDeploymentRecord) -> String {
        "\(deployment.cluster)/\(deployment.service)/\(reversedTime(deployment.createdAt))/"
    }

    package static let indexes = [
        // The newest first.
        IndexDefinition<ServiceDeploymentRecord>(.serviceDeploymentByAge) { place($0) },
        IndexDefinition<ServiceDeploymentRecord>(.openServiceDeployment) { $0.isOpen ? "open/" : nil },
        IndexDefinition<ServiceDeploymentRecord>(.serviceDeploymentByEnd) { deployment in
            (deployment.finishedAt ?? deployment.stoppedAt).map { "\(paddedTime($0))/" }
        },
    ]

    package static let fields = FieldTable<ServiceDeploymentRecord>([
        .init("cluster", \.cluster),
        .init("service", \.service),
        .init("id", \.id),
        .init("status", \.status),
        .init("statusReason", \.statusReason),
        .init("createdAt", \.createdAt),
        .init("startedAt", \.startedAt),
        .init("finishedAt", \.finishedAt),
        .init("stoppedAt", \.stoppedAt),
        .init("updatedAt", \.updatedAt),
        .init("sources", \.sources),
        .init("target", \.target),
        .init("configuration", \.configuration),
        .init("lifecycleStage", \.lifecycleStage),
        .init("stageStartedAt", \.stageStartedAt),
        .init("productionTraffic", \.productionTraffic),
        .init("testTraffic", \.testTraffic),
        .init("trafficRevision", \.trafficRevision),
        .init("hooks", \.hooks),
        .init("breaker", \.breaker),
        .init("breakerFailures", \.breakerFailures),
        .init("breakerThreshold", \.breakerThreshold),
        .init("alarms", \.alarms),
        .init("triggeredAlarms", \.triggeredAlarms),
        .init("settledAt", \.settledAt),
        .init("rollbackReason", \.rollbackReason),
        .init("rollbackStartedAt", \.rollbackStartedAt),
        .init("rollbackRevision", \.rollbackRevision),
        .init("finalTasks", \.finalTasks),
    ])
}

/// Milliseconds as text that sorts the newest first.
func reversedTime(_ time: Timestamp) -> String {
    paddedTime(Timestamp(milliseconds: 999_999_999_999_999 - max(0, time.milliseconds)))
}
