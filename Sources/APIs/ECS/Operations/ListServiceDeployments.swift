import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists the deployments of a service, the newest first. The page is 20 by default.
/// Source: Amazon ECS API Reference, ListServiceDeployments.
struct ListServiceDeployments: ReadOperation {
    static let model = ECS.Operations.listServiceDeployments

    func access(
        _ input: ECS.ListServiceDeploymentsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [AccessRequest("ecs:ListServiceDeployments", try ServiceReference.arn(input.service, cluster, tx.realm))]
    }

    func read(
        _ input: ECS.ListServiceDeploymentsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListServiceDeploymentsResponse {
        let cluster = try ClusterReference.active(input.cluster, in: snapshot).name
        let service = try ServiceReference.find(input.service, cluster, snapshot)
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults, defaultLimit: 20)
        let table = snapshot.table(ServiceDeploymentRecord.self)
        let prefix = service.key.path + "/"
        let (deployments, token) = paging.page { after, body in
            table.forEach(.serviceDeploymentByAge, prefix: prefix, after: after) { deployment in
                guard matches(deployment, input) else { return true }
                let place = ServiceDeploymentRecord.place(deployment).dropFirst(prefix.count) + deployment.key.path
                return body(String(place), ECS.ServiceDeploymentBrief(deployment, snapshot.realm))
            }
        }
        return ECS.ListServiceDeploymentsResponse(serviceDeployments: deployments, nextToken: token)
    }

    private func matches(_ deployment: ServiceDeploymentRecord, _ input: ECS.ListServiceDeploymentsRequest) -> Bool {
        if let wanted = input.status, !wanted.isEmpty, !wanted.contains(deployment.status) { return false }
        if let before = input.createdAt?.before, deployment.createdAt >= before { return false }
        if let after = input.createdAt?.after, deployment.createdAt <= after { return false }
        return true
    }
}
