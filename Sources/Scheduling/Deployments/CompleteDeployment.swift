import AWSModels
import AWSWire
import State

extension Transaction {
    /// Ends the roll-out of the primary deployment with success. The caller stores the service.
    package mutating func completeDeployment(of service: inout ServiceRecord, _ context: inout DecisionContext) {
        guard let primary = service.primary else { return }
        service.changePrimary { deployment in
            deployment.rolloutState = .completed
            deployment.rolloutStateReason = "ECS deployment \(deployment.id) completed."
            deployment.updatedAt = context.now
        }
        if !primary.serviceRevision.isEmpty { service.completedRevision = primary.serviceRevision }
        let tasks = service.desiredCount
        change(deploymentOf: service) { deployment in
            if deployment.rollbackRevision == nil { deployment.breakerFailures = primary.failedTasks }
            deployment.complete(tasks: tasks, at: context.now)
        }
        service.addEvent("(deployment \(primary.id)) deployment completed.", &context)
    }
}
