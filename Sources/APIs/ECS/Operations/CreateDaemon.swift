import APIPipeline
import AWSModels
import AWSWire
import State

/// Creates a daemon; the daemon controller starts its tasks. The same request again is answered with the same daemon.
/// Source: Amazon ECS API Reference, CreateDaemon.
struct CreateDaemon: Operation {
    static let model = ECS.Operations.createDaemon

    func access(
        _ input: ECS.CreateDaemonRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.clusterArn, tx.realm)
        return [AccessRequest("ecs:CreateDaemon", tx.realm.ecs("daemon/\(cluster)/\(input.daemonName)"))]
    }

    func perform(
        _ input: ECS.CreateDaemonRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.CreateDaemonResponse {
        let cluster = try ClusterReference.active(input.clusterArn, in: tx.snapshot)
        guard Names.isName(input.daemonName) else {
            throw .invalidParameter("Invalid daemon name: \(input.daemonName)")
        }
        try ServiceChecks.check(clientToken: input.clientToken)
        let revision = try DaemonRevisionRecord(input, daemon: input.daemonName, in: cluster, tx.snapshot)
        let configuration = try DaemonChecks.completed(input.deploymentConfiguration)
        var daemon = DaemonRecord()
        daemon.cluster = cluster.name
        daemon.name = input.daemonName
        daemon.tags = try Tags.checked(input.tags)
        if let existing = try existing(daemon, revision, configuration, tx.snapshot) {
            daemon = existing
        } else {
            daemon.createdAt = context.now
            daemon.deploy(revision, configuration, &tx, &context)
        }
        return ECS.CreateDaemonResponse(
            daemonArn: daemon.arn(tx.realm), status: daemon.status, createdAt: daemon.createdAt,
            deploymentArn: daemon.deploymentKey.arn(tx.realm))
    }

    /// A daemon of that name: the same again is answered with it, anything else is an error.
    private func existing(
        _ wanted: DaemonRecord, _ revision: DaemonRevisionRecord, _ configuration: ECS.DaemonDeploymentConfiguration,
        _ snapshot: Snapshot
    ) throws(WireError) -> DaemonRecord? {
        guard let daemon = snapshot.get(wanted.key) else { return nil }
        guard daemon.status == .active else {
            throw .invalidParameter("Unable to create a daemon while one of the same name is being deleted.")
        }
        let deployment = snapshot.get(daemon.deploymentKey)
        let known = deployment?.targetRevision.flatMap { id in
            snapshot.get(DaemonRevisionRecord.key(daemon.cluster, daemon.name, id))
        }
        let isSame =
            known.map(revision.wantsSame) ?? false
            && deployment?.configuration.encoded() == configuration.encoded()
        guard isSame else { throw .invalidParameter("Creation of daemon was not idempotent.") }
        return daemon
    }
}
