import AWSModels
import AWSWire
import State

/// ECS Hook State Change.
/// Source: Amazon ECS Developer Guide, Amazon ECS service deployment hook state change events.
extension StateChangeEvents {
    /// The lifecycle hooks of a service deployment that were met, answered or came too late.
    mutating func addHooks(_ delta: Delta<ServiceDeploymentRecord>) {
        guard let new = delta.new else { return }
        for hook in new.hooks where delta.old?.hooks.first(where: { $0.id == hook.id })?.status != hook.status {
            addHook(hook, new)
        }
    }

    /// The page shows an INFO only; what makes a deployment fail is an ERROR in all other kinds of events.
    private mutating func addHook(_ hook: LifecycleHookState, _ deployment: ServiceDeploymentRecord) {
        let arn = deployment.arn(snapshot.realm)
        emit("ECS Hook State Change", arn) { [snapshot, now] detail in
            detail.string("eventType", hook.status == .failed || hook.status == .timedOut ? "ERROR" : "INFO")
            detail.string("eventName", "HOOK_\(hook.status.rawValue)")
            detail.string("hookId", hook.id)
            detail.string("hookType", ECS.DeploymentLifecycleHookTargetType.pause.rawValue)
            detail.timestamp("expiresAt", hook.expiresAt)
            detail.string("lifecycleStage", hook.hookStage.rawValue)
            detail.string("clusterArn", snapshot.realm.ecs("cluster/\(deployment.cluster)"))
            detail.string("serviceArn", snapshot.realm.ecs("service/\(deployment.cluster)/\(deployment.service)"))
            detail.string("serviceDeploymentArn", arn)
            detail.timestamp("updatedAt", now)
        }
    }
}
