import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows up to 100 container instances; an unknown one is a failure, not an error.
/// Source: Amazon ECS API Reference, DescribeContainerInstances.
struct DescribeContainerInstances: ReadOperation {
    static let model = ECS.Operations.describeContainerInstances
    static let maximumInstances = 100

    func access(
        _ input: ECS.DescribeContainerInstancesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [AccessRequest("ecs:DescribeContainerInstances", tx.realm.ecs("container-instance/\(cluster)/*"))]
    }

    func read(
        _ input: ECS.DescribeContainerInstancesRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeContainerInstancesResponse {
        let cluster = try ClusterReference.active(input.cluster, in: snapshot).name
        try Lists.check(
            "Container Instances", input.containerInstances.count, maximum: DescribeContainerInstances.maximumInstances)
        let includesTags = input.include?.contains(.tags) ?? false
        let includesHealth = input.include?.contains(.containerInstanceHealth) ?? false
        var found: [ECS.ContainerInstance] = []
        var failures: [ECS.Failure] = []
        for text in input.containerInstances {
            let id = try member(text, "container-instance", of: cluster, snapshot.realm)
            if let instance = snapshot.get(ContainerInstanceRecord.key(cluster, id)) {
                found.append(
                    ECS.ContainerInstance(
                        instance, in: snapshot, includesTags: includesTags, includesHealth: includesHealth))
            } else {
                let arn = snapshot.realm.ecs("container-instance/\(cluster)/\(id)")
                failures.append(missing(arn))
            }
        }
        return ECS.DescribeContainerInstancesResponse(containerInstances: found, failures: failures)
    }
}
