import APIPipeline
import AWSModels
import AWSWire
import State

/// Begins a deployment of a daemon; one that is under way is stopped.
/// Source: Amazon ECS API Reference, UpdateDaemon.
struct UpdateDaemon: Operation {
    static let model = ECS.Operations.updateDaemon

    func access(
        _ input: ECS.UpdateDaemonRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:UpdateDaemon", try DaemonReference.arn(input.daemonArn, tx.realm))]
    }

    func perform(
        _ input: ECS.UpdateDaemonRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.UpdateDaemonResponse {
        var daemon = try DaemonReference.active(input.daemonArn, in: tx.snapshot)
        let cluster = try ClusterReference.active(daemon.cluster, in: tx.snapshot)
        let revision = try DaemonRevisionRecord(input, daemon: daemon.name, in: cluster, tx.snapshot)
        let configuration = try DaemonChecks.completed(input.deploymentConfiguration)
        daemon.updatedAt = context.now
        daemon.deploy(revision, configuration, &tx, &context)
        return ECS.UpdateDaemonResponse(
            daemonArn: daemon.arn(tx.realm), status: daemon.status, createdAt: daemon.createdAt,
            updatedAt: daemon.updatedAt, deploymentArn: daemon.deploymentKey.arn(tx.realm))
    }
}
