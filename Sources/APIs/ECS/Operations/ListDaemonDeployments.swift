import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists the deployments of a daemon, newest first, also after its deletion.
/// Source: Amazon ECS API Reference, ListDaemonDeployments.
struct ListDaemonDeployments: ReadOperation {
    static let model = ECS.Operations.listDaemonDeployments

    func access(
        _ input: ECS.ListDaemonDeploymentsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:ListDaemonDeployments", try DaemonReference.arn(input.daemonArn, tx.realm))]
    }

    func read(
        _ input: ECS.ListDaemonDeploymentsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListDaemonDeploymentsResponse {
        let daemon = try DaemonReference.key(input.daemonArn, snapshot.realm)
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults, defaultLimit: 20)
        let prefix = "\(daemon.path)/"
        let table = snapshot.table(DaemonDeploymentRecord.self)
        // ECS has no DaemonNotFoundException for this operation.
        guard table.count(.daemonDeploymentByTime, prefix: prefix) > 0 else {
            _ = try ClusterReference.active(String(daemon.path.prefix { $0 != "/" }), in: snapshot)
            throw .invalidParameter("The specified daemon was not found. Specify a valid daemon and try again.")
        }
        let (summaries, token) = paging.page { after, body in
            table.forEachReversed(.daemonDeploymentByTime, prefix: prefix, before: after) { deployment in
                guard matches(deployment, input) else { return true }
                let place = "\(paddedTime(deployment.createdAt))/\(deployment.key.path)"
                return body(place, ECS.DaemonDeploymentSummary(deployment, snapshot.realm))
            }
        }
        return ECS.ListDaemonDeploymentsResponse(nextToken: token, daemonDeployments: summaries)
    }

    private func matches(_ deployment: DaemonDeploymentRecord, _ input: ECS.ListDaemonDeploymentsRequest) -> Bool {
        if let statuses = input.status, !statuses.isEmpty, !statuses.contains(deployment.status) { return false }
        if let before = input.createdAt?.before, deployment.createdAt >= before { return false }
        if let after = input.createdAt?.after, deployment.createdAt <= after { return false }
        return true
    }
}
