import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists which gateways are associated with which clusters, by cluster and gateway.
/// Source: Amazon ECS API Reference, ListGatewayClusterAssociations. An unknown gateway or cluster has no associations.
struct ListGatewayClusterAssociations: ReadOperation {
    static let model = ECS.Operations.listGatewayClusterAssociations

    func access(
        _ input: ECS.ListGatewayClusterAssociationsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:ListGatewayClusterAssociations", "*")]
    }

    func read(
        _ input: ECS.ListGatewayClusterAssociationsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListGatewayClusterAssociationsResponse {
        var (gateway, cluster): (String?, String?)
        if let text = input.gateway { gateway = try GatewayReference.name(text, snapshot.realm) }
        if let text = input.cluster { cluster = try ClusterReference.name(text, snapshot.realm) }
        let statuses = input.status ?? []
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults)
        let table = snapshot.table(GatewayAssociationRecord.self)
        let (associations, token) = paging.page { after, body in
            table.forEach(prefix: cluster.map { "\($0)/" } ?? "", after: after) { association in
                let isWanted = gateway == nil || association.gateway == gateway
                guard isWanted, statuses.isEmpty || statuses.contains(association.status) else { return true }
                return body(
                    association.key.path, ECS.GatewayClusterAssociationSummary(association, snapshot.realm))
            }
        }
        return ECS.ListGatewayClusterAssociationsResponse(
            gatewayClusterAssociations: associations, nextToken: token)
    }
}
