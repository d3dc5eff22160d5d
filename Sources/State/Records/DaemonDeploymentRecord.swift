import AWSModels
import AWSWire

/// The way of a daemon's instances to one revision; of a deletion, to none.
package struct DaemonDeploymentRecord: Record {
    package var cluster = ""
    package var daemon = ""
    /// 21 letters, digits, hyphens and underscores.
    package var id = ""
    package var status = ECS.DaemonDeploymentStatus.pending
    package var statusReason: String?
    /// The id of the revision that is brought; nil for a deletion.
    package var targetRevision: String?
    /// The ids of the revisions that are replaced.
    package var sourceRevisions: [String] = []
    /// Complete with its defaults.
    package var configuration = ECS.DaemonDeploymentConfiguration()
    /// Tasks of the target that failed.
    package var failures = 0
    /// So many failures end the deployment. Set when it starts.
    package var failureThreshold = 0
    package var isCircuitBreakerTriggered = false
    /// The alarms of the configuration that went off since the deployment started. Whoever watches alarms writes them
    /// here, and the deployment rolls back; this region has nothing that watches them.
    package var triggeredAlarmNames: [String] = []
    /// The id of the revision that is brought back.
    package var rollbackRevision: String?
    package var rollbackReason: String?
    package var rollbackStartedAt: Timestamp?
    /// Tasks of the revision that is brought back that failed.
    package var rollbackFailures = 0
    /// The ids of the instances that change their task now.
    package var step: [String] = []
    /// When the time to watch the finished roll-out is over.
    package var bakesUntil: Timestamp?
    package var createdAt = Timestamp(milliseconds: 0)
    package var startedAt: Timestamp?
    /// When it ended before its end.
    package var stoppedAt: Timestamp?
    /// When it ended.
    package var finishedAt: Timestamp?

    package init() {}

    package static func key(_ cluster: String, _ daemon: String, _ id: String) -> Key<DaemonDeploymentRecord> {
        Key(path: "\(cluster)/\(daemon)/\(id)")
    }
    package var key: Key<DaemonDeploymentRecord> { DaemonDeploymentRecord.key(cluster, daemon, id) }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.ecs("daemon-deployment/\(key.path)") }

    /// Whether it goes on.
    package var isUnderWay: Bool {
        switch status {
        case .pending, .inProgress, .stopRequested, .rollbackInProgress: true
        case .successful, .stopped, .rollbackSuccessful, .rollbackFailed: false
        }
    }

    package static let indexes = [
        // Newest last. The ones that are over, and only those, stand in the second order too.
        IndexDefinition<DaemonDeploymentRecord>(.daemonDeploymentByTime) { deployment in
            "\(deployment.cluster)/\(deployment.daemon)/\(paddedTime(deployment.createdAt))/"
        },
        IndexDefinition<DaemonDeploymentRecord>(.daemonDeploymentByEnd) { deployment in
            (deployment.finishedAt ?? deployment.stoppedAt).map { "\(paddedTime($0))/" }
        },
    ]

    package static let fields = FieldTable<DaemonDeploymentRecord>([
        .init("cluster", \.cluster),
        .init("daemon", \.daemon),
        .init("id", \.id),
        .init("status", \.status),
        .init("statusReason", \.statusReason),
        .init("targetRevision", \.targetRevision),
        .init("sourceRevisions", \.sourceRevisions),
        .init("configuration", \.configuration),
        .init("failures", \.failures),
        .init("failureThreshold", \.failureThreshold),
        .init("isCircuitBreakerTriggered", \.isCircuitBreakerTriggered),
        .init("triggeredAlarmNames", \.triggeredAlarmNames),
        .init("rollbackRevision", \.rollbackRevision),
        .init("rollbackReason", \.rollbackReason),
        .init("rollbackStartedAt", \.rollbackStartedAt),
        .init("rollbackFailures", \.rollbackFailures),
        .init("step", \.step),
        .init("bakesUntil", \.bakesUntil),
        .init("createdAt", \.createdAt),
        .init("startedAt", \.startedAt),
        .init("stoppedAt", \.stoppedAt),
        .init("finishedAt", \.finishedAt),
    ])
}
