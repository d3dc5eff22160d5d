import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// Lists container instances by status and by an expression of the cluster query language.
/// Source: Amazon ECS API Reference, ListContainerInstances.
struct ListContainerInstances: ReadOperation {
    static let model = ECS.Operations.listContainerInstances

    func access(
        _ input: ECS.ListContainerInstancesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [AccessRequest("ecs:ListContainerInstances", tx.realm.ecs("cluster/\(cluster)"))]
    }

    func read(
        _ input: ECS.ListContainerInstancesRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListContainerInstancesResponse {
        let cluster = try ClusterReference.active(input.cluster, in: snapshot).name
        let query = try query(input.filter)
        let status = input.status?.rawValue
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults)
        let table = snapshot.table(ContainerInstanceRecord.self)
        let (arns, token) = paging.page { after, body in
            table.forEach(prefix: "\(cluster)/", after: after) { instance in
                // Without a status everything but INACTIVE is listed.
                let hasStatus = status.map { $0 == instance.status.rawValue } ?? (instance.status != .inactive)
                guard hasStatus, query?.includes(instance, in: snapshot) ?? true else { return true }
                return body(instance.key.path, instance.arn(snapshot.realm))
            }
        }
        return ECS.ListContainerInstancesResponse(containerInstanceArns: arns, nextToken: token)
    }

    private func query(_ text: String?) throws(WireError) -> InstanceQuery? {
        guard let text, !text.isEmpty else { return nil }
        do throws(QueryError) { return try InstanceQuery(text) } catch {
            throw .invalidParameter("Invalid filter '\(text)'. \(error.message)")
        }
    }
}
