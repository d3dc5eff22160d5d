import AWSModels
import AWSWire

/// A daemon: keeps one task on every container instance of its capacity providers.
///
/// It is removed when its deletion is complete; its deployments and revisions stay for a while.
package struct DaemonRecord: Record {
    package var cluster = ""
    package var name = ""
    package var status = ECS.DaemonStatus.active
    package var createdAt = Timestamp(milliseconds: 0)
    package var updatedAt: Timestamp?
    /// The id of the newest deployment.
    package var deployment = ""
    /// The id of the revision that every instance is to run; nil while there is none, after a first deployment failed
    /// and during a deletion.
    package var targetRevision: String?
    /// The id of the revision that the last successful deployment brought, where a rollback goes.
    package var stableRevision: String?
    /// Consecutive tasks that ended soon or never began.
    package var failedTasks = 0
    /// No task is started before: the back-off after tasks that failed.
    package var notBefore: Timestamp?
    /// The instances that lack a task because it cannot be placed there, in order of ids.
    package var refusals: [DaemonRefusal] = []
    package var tags: [ECS.Tag] = []

    package init() {}

    package static func key(_ cluster: String, _ name: String) -> Key<DaemonRecord> { Key(path: cluster + "/" + name) }
    package var key: Key<DaemonRecord> { DaemonRecord.key(cluster, name) }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.ecs("daemon/\(cluster)/\(name)") }

    /// The key of the newest deployment.
    package var deploymentKey: Key<DaemonDeploymentRecord> { DaemonDeploymentRecord.key(cluster, name, deployment) }

    /// The key of the revision that every instance is to run.
    package var targetKey: Key<DaemonRevisionRecord>? {
        targetRevision.map { DaemonRevisionRecord.key(cluster, name, $0) }
    }

    package static let fields = FieldTable<DaemonRecord>([
        .init("cluster", \.cluster),
        .init("name", \.name),
        .init("status", \.status),
        .init("createdAt", \.createdAt),
        .init("updatedAt", \.updatedAt),
        .init("deployment", \.deployment),
        .init("targetRevision", \.targetRevision),
        .init("stableRevision", \.stableRevision),
        .init("failedTasks", \.failedTasks),
        .init("notBefore", \.notBefore),
        .init("refusals", \.refusals),
        .init("tags", \.tags),
    ])
}
