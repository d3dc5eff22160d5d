import APIPipeline
import AWSModels
import AWSWire
import State

/// Answers a lifecycle hook at which a deployment pauses: go on, or go back.
/// Source: Amazon ECS API Reference, ContinueServiceDeployment.
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
        let reference = try ServiceHistoryReference(input.serviceDeploymentArn, "service-deployment", tx.realm)
        var deployment = try reference.deployment(in: tx.snapshot)
        guard let index = deployment.hooks.firstIndex(where: { $0.id == input.hookId }) else {
            throw .invalidParameter(
                "The lifecycle hook \(input.hookId) does not belong to the service deployment. Take the hookId from "
                    + "DescribeServiceDeployments.")
        }
        guard deployment.isOpen, deployment.hooks[index].status == .awaitingAction else {
            throw .invalidParameter("The lifecycle hook \(input.hookId) does not await an action.")
        }
        let goesBack = input.action == .rollback
        deployment.hooks[index].status = goesBack ? .failed : .succeeded
        if goesBack { deployment.status = .rollbackRequested }
        deployment.updatedAt = context.now
        tx.put(deployment)
        return ECS.ContinueServiceDeploymentResponse(serviceDeploymentArn: deployment.arn(tx.realm))
    }
}
