import APIPipeline
import AWSModels
import AWSWire
import State

/// Ends a service deployment that is going on: the service goes back to the revision that was complete before.
/// One that stops or goes back already is answered, and goes on with that.
/// Source: Amazon ECS API Reference, StopServiceDeployment; Developer Guide, Stopping Amazon ECS service deployments.
struct StopServiceDeployment: Operation {
    static let model = ECS.Operations.stopServiceDeployment

    func access(
        _ input: ECS.StopServiceDeploymentRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:StopServiceDeployment", input.serviceDeploymentArn)]
    }

    func perform(
        _ input: ECS.StopServiceDeploymentRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.StopServiceDeploymentResponse {
        let reference = try ServiceHistoryReference(input.serviceDeploymentArn, "service-deployment", tx.realm)
        var deployment = try reference.deployment(in: tx.snapshot)
        switch deployment.status {
        case .pending, .inProgress:
            deployment.status = try newStatus(of: deployment, input.stopType, tx.snapshot)
            deployment.updatedAt = context.now
            tx.put(deployment)
        case .stopRequested, .rollbackRequested, .rollbackInProgress: break
        case .successful, .stopped, .rollbackSuccessful, .rollbackFailed:
            throw .conflict(
                "The service deployment cannot be stopped because its status is \(deployment.status.rawValue).")
        }
        return ECS.StopServiceDeploymentResponse(serviceDeploymentArn: deployment.arn(tx.realm))
    }

    private func newStatus(
        of deployment: ServiceDeploymentRecord, _ type: ECS.StopServiceDeploymentStopType?, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ServiceDeploymentStatus {
        if type == .abort { return .stopRequested }
        let service = snapshot.get(ServiceRecord.key(deployment.cluster, deployment.service))
        guard let completed = service?.completedRevision, completed != deployment.target else {
            throw .conflict("The service has no completed service revision to roll back to.")
        }
        return .rollbackRequested
    }
}
