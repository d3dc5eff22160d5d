import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists gateways, by name.
/// Source: Amazon ECS API Reference, ListGateways.
struct ListGateways: ReadOperation {
    static let model = ECS.Operations.listGateways
    static let maximumNames = 10

    func access(
        _ input: ECS.ListGatewaysRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:ListGateways", "*")]
    }

    func read(
        _ input: ECS.ListGatewaysRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListGatewaysResponse {
        let (names, statuses) = (input.names ?? [], input.status ?? [])
        guard names.count <= ListGateways.maximumNames else {
            throw .invalidParameter("names cannot have more than \(ListGateways.maximumNames) elements.")
        }
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults)
        let table = snapshot.table(GatewayRecord.self)
        let (gateways, token) = paging.page { after, body in
            table.forEach(prefix: "", after: after) { gateway in
                let isNamed = names.isEmpty || names.contains(gateway.name)
                guard isNamed, statuses.isEmpty || statuses.contains(gateway.status) else { return true }
                let summary = ECS.GatewaySummary(
                    gatewayArn: gateway.arn(snapshot.realm), name: gateway.name, status: gateway.status,
                    createdAt: gateway.createdAt)
                return body(gateway.key.path, summary)
            }
        }
        return ECS.ListGatewaysResponse(gateways: gateways, nextToken: token)
    }
}
