import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists the ACTIVE services of all clusters that are in a Service Connect namespace.
///
/// There is no Cloud Map yet that knows which name has which ARN, and which namespaces exist: a service is found under
/// the text it was given, and a namespace without services is not told from one that does not exist.
/// Source: Amazon ECS API Reference, ListServicesByNamespace.
struct ListServicesByNamespace: ReadOperation {
    static let model = ECS.Operations.listServicesByNamespace

    func access(
        _ input: ECS.ListServicesByNamespaceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:ListServicesByNamespace", "*")]
    }

    func read(
        _ input: ECS.ListServicesByNamespaceRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListServicesByNamespaceResponse {
        guard !input.namespace.isEmpty else { throw .invalidParameter("Namespace cannot be empty.") }
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults, defaultLimit: 10)
        let table = snapshot.table(ServiceRecord.self)
        let (arns, token) = paging.page { after, body in
            table.forEach(prefix: "", after: after) { service in
                let connect = service.settings.serviceConnectConfiguration
                let isIn =
                    service.status == .active && connect?.enabled ?? false
                    && connect?.namespace == input.namespace
                return isIn ? body(service.key.path, service.arn(snapshot.realm)) : true
            }
        }
        return ECS.ListServicesByNamespaceResponse(serviceArns: arns, nextToken: token)
    }
}
