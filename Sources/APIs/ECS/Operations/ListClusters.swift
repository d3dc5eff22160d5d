import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists ACTIVE clusters by name.
/// Source: Amazon ECS API Reference, ListClusters.
struct ListClusters: ReadOperation {
    static let model = ECS.Operations.listClusters

    func access(
        _ input: ECS.ListClustersRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:ListClusters", "*")]
    }

    func read(
        _ input: ECS.ListClustersRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListClustersResponse {
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults)
        let table = snapshot.table(ClusterRecord.self)
        let (arns, token) = paging.page { after, body in
            table.forEach(.clusterByStatus, prefix: "ACTIVE/", after: after) { cluster in
                body(cluster.name, cluster.arn(snapshot.realm))
            }
        }
        return ECS.ListClustersResponse(clusterArns: arns, nextToken: token)
    }
}
