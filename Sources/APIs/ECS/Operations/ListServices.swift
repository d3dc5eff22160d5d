import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists ACTIVE services. The page is 10 by default, unlike everywhere else.
/// Source: Amazon ECS API Reference, ListServices.
struct ListServices: ReadOperation {
    static let model = ECS.Operations.listServices

    func access(
        _ input: ECS.ListServicesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:ListServices", "*")]
    }

    func read(
        _ input: ECS.ListServicesRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListServicesResponse {
        let cluster = try ClusterReference.active(input.cluster, in: snapshot).name
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults, defaultLimit: 10)
        let table = snapshot.table(ServiceRecord.self)
        let (arns, token) = paging.page { after, body in
            table.forEach(.serviceByStatus, prefix: "\(cluster)/ACTIVE/", after: after) { service in
                matches(service, input) ? body(service.key.path, service.arn(snapshot.realm)) : true
            }
        }
        return ECS.ListServicesResponse(serviceArns: arns, nextToken: token)
    }

    private func matches(_ service: ServiceRecord, _ input: ECS.ListServicesRequest) -> Bool {
        if let type = input.launchType, service.settings.effectiveLaunchType != type { return false }
        if let strategy = input.schedulingStrategy, service.schedulingStrategy != strategy { return false }
        if let type = input.resourceManagementType { return (type == .ecs) == service.isExpress }
        return true
    }
}
