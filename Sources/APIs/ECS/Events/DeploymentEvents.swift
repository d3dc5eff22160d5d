import AWSWire
import State

/// ECS Deployment State Change.
/// Source: Amazon ECS Developer Guide, Amazon ECS service deployment state change events.
extension StateChangeEvents {
    /// The deployments of a service whose roll-out began or ended.
    mutating func addDeployments(_ delta: Delta<ServiceRecord>) {
        guard let new = delta.new else { return }
        for deployment in new.deployments.reversed() {
            let before = delta.old?.deployments.first { $0.id == deployment.id }
            if before?.rolloutState != deployment.rolloutState { addDeployment(deployment, new) }
        }
    }

    private mutating func addDeployment(_ deployment: DeploymentState, _ service: ServiceRecord) {
        emit("ECS Deployment State Change", service.arn(snapshot.realm)) { [now] detail in
            detail.string("eventType", deployment.rolloutState == .failed ? "ERROR" : "INFO")
            detail.string("eventName", "SERVICE_DEPLOYMENT_\(deployment.rolloutState.rawValue)")
            detail.string("deploymentId", deployment.id)
            detail.timestamp("updatedAt", now)
            detail.string("reason", deployment.rolloutStateReason)
        }
    }
}
