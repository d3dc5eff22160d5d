import APIPipeline
import AWSModels
import AWSWire
import State

/// Ends a service deployment that is going on: the service goes back to the revision that was complete before.
/// Source: Amazon ECS API Reference, StopServiceDeployment.
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
        guard deployment.status == .pending || deployment.status == .inProgress else {
            throw .conflict(
                "The service deployment cannot be stopped because its status is \(deployment.status.rawValue).")
        }
        let service = tx.get(ServiceRecord.key(deployment.cluster, deployment.service))
        if input.stopType == .abort {
            deployment.status = .stopRequested
        } else {
            guard let completed = service?.completedRevision, completed != deployment.target else {
                throw .conflict("The service has no completed service revision to roll back to.")
            }
            deployment.status = .rollbackRequested
        }
        deployment.updatedAt = context.now
        tx.put(deployment)
        return ECS.StopServiceDeploymentResponse(serviceDeploymentArn: deployment.arn(tx.realm))
    }
}
