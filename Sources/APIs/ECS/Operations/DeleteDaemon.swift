import APIPipeline
import AWSModels
import AWSWire
import State

/// Deletes a daemon: its tasks stop, and it is gone when they are. The deployment that does it stays to be described.
/// Source: Amazon ECS API Reference, DeleteDaemon.
struct DeleteDaemon: Operation {
    static let model = ECS.Operations.deleteDaemon

    func access(
        _ input: ECS.DeleteDaemonRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:DeleteDaemon", try DaemonReference.arn(input.daemonArn, tx.realm))]
    }

    func perform(
        _ input: ECS.DeleteDaemonRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.DeleteDaemonResponse {
        var daemon = try DaemonReference.active(input.daemonArn, in: tx.snapshot)
        let configuration = tx.get(daemon.deploymentKey)?.configuration ?? ECS.DaemonDeploymentConfiguration()
        daemon.status = .deleteInProgress
        daemon.updatedAt = context.now
        daemon.deploy(nil, configuration, &tx, &context)
        return ECS.DeleteDaemonResponse(
            daemonArn: daemon.arn(tx.realm), status: daemon.status, createdAt: daemon.createdAt,
            updatedAt: daemon.updatedAt, deploymentArn: daemon.deploymentKey.arn(tx.realm))
    }
}
