import AWSWire
import State

/// ECS Daemon Deployment State Change.
/// Source: Amazon ECS Developer Guide, Daemon events, Daemon deployment state change events.
extension StateChangeEvents {
    /// A daemon deployment whose status has changed.
    mutating func addDaemonDeployment(_ delta: Delta<DaemonDeploymentRecord>) {
        guard let new = delta.new, new.status != delta.old?.status else { return }
        let daemon = snapshot.realm.ecs("daemon/\(new.cluster)/\(new.daemon)")
        emit("ECS Daemon Deployment State Change", daemon) { [snapshot, now] detail in
            detail.string("eventType", new.status == .rollbackFailed ? "ERROR" : "INFO")
            detail.string("eventName", "DAEMON_DEPLOYMENT_\(new.status.rawValue)")
            detail.string("clusterArn", snapshot.realm.ecs("cluster/\(new.cluster)"))
            detail.string("daemonArn", daemon)
            detail.string("daemonDeploymentArn", new.arn(snapshot.realm))
            // A deletion has no target.
            detail.string("targetDaemonRevisionArn", new.targetRevision.map { new.revisionARN($0, snapshot.realm) })
            detail.timestamp("updatedAt", now)
        }
    }
}
