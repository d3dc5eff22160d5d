import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows up to 20 service deployments, going on or over.
/// Source: Amazon ECS API Reference, DescribeServiceDeployments.
struct DescribeServiceDeployments: ReadOperation {
    static let model = ECS.Operations.describeServiceDeployments

    func access(
        _ input: ECS.DescribeServiceDeploymentsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        input.serviceDeploymentArns.prefix(20).map { AccessRequest("ecs:DescribeServiceDeployments", $0) }
    }

    func read(
        _ input: ECS.DescribeServiceDeploymentsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeServiceDeploymentsResponse {
        let references = try ServiceHistoryReference.list(
            input.serviceDeploymentArns, "service-deployment", "Service deployment ARNs", snapshot.realm)
        var deployments: [ECS.ServiceDeployment] = []
        var failures: [ECS.Failure] = []
        for reference in references {
            let key = ServiceDeploymentRecord.key(reference.cluster, reference.service, reference.id)
            if let record = snapshot.get(key) {
                deployments.append(ECS.ServiceDeployment(record, in: snapshot))
            } else {
                failures.append(missing(reference.arn))
            }
        }
        return ECS.DescribeServiceDeploymentsResponse(serviceDeployments: deployments, failures: failures)
    }
}
