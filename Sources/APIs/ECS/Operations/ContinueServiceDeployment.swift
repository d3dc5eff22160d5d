import APIPipeline
import AWSModels
import AWSWire
import State

/// Answers a lifecycle hook at which a deployment pauses: go on, or go back.
/// Source: Amazon ECS API Reference, ContinueServiceDeployment; Developer Guide, Troubleshooting Amazon ECS blue/green
/// deployments: these words.
struct ContinueServiceDeployment: Operation {
    static let model = ECS.Operations.continueServiceDeployment

    func access(
        _ input: ECS.ContinueServiceDeploymentRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:ContinueServiceDeployment", input.serviceDeploymentArn)]
    }

    func perform(
        _ input: ECS.ContinueServiceDeploymentRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.ContinueServiceDeploymentResponse {
        guard input.hookId.hasPrefix("ecs-pause-") || input.hookId.hasPrefix("ecs-lambda-") else {
            throw .invalidParameter("Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}")
        }
        let reference = try ServiceHistoryReference(input.serviceDeploymentArn, "service-deployment", tx.realm)
        var deployment = try reference.deployment(in: tx.snapshot)
        guard deployment.isOpen else {
            throw .invalidParameter(
                "Continuing a service deployment is not allowed for service deployment in terminal states.")
        }
        let index = deployment.hooks.firstIndex { $0.id == input.hookId && $0.status == .awaitingAction }
        guard let index else {
            throw .invalidParameter(
                "Provided hookId is either completed, unavailable, or not associated with the given Resource ARN")
        }
        let goesBack = input.action == .rollback
        deployment.hooks[index].status = goesBack ? .failed : .succeeded
        if goesBack { deployment.status = .rollbackRequested }
        deployment.updatedAt = context.now
        tx.put(deployment)
        return ECS.ContinueServiceDeploymentResponse(serviceDeploymentArn: deployment.arn(tx.realm))
    }
}
