import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows up to 10 services; an unknown one is a failure, not an error.
/// Source: Amazon ECS API Reference, DescribeServices.
struct DescribeServices: ReadOperation {
    static let model = ECS.Operations.describeServices
    static let maximumServices = 10

    func access(
        _ input: ECS.DescribeServicesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        var requests: [AccessRequest] = []
        for text in input.services.prefix(DescribeServices.maximumServices) {
            requests.append(
                AccessRequest("ecs:DescribeServices", try ServiceReference.arn(text, cluster, tx.realm)))
        }
        return requests
    }

    func read(
        _ input: ECS.DescribeServicesRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeServicesResponse {
        let cluster = try ClusterReference.active(input.cluster, in: snapshot).name
        try Lists.check("Services", input.services.count, maximum: DescribeServices.maximumServices)
        let includesTags = input.include?.contains(.tags) ?? false
        var services: [ECS.Service] = []
        var failures: [ECS.Failure] = []
        for text in input.services {
            let name = try member(text, "service", of: cluster, snapshot.realm)
            if let service = snapshot.get(ServiceRecord.key(cluster, name)) {
                services.append(ECS.Service(service, in: snapshot, includesTags: includesTags))
            } else {
                failures.append(missing(snapshot.realm.ecs("service/\(cluster)/\(name)")))
            }
        }
        return ECS.DescribeServicesResponse(services: services, failures: failures)
    }
}
