import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows up to 20 deployments of daemons; what is not there is a failure.
/// Source: Amazon ECS API Reference, DescribeDaemonDeployments.
struct DescribeDaemonDeployments: ReadOperation {
    static let model = ECS.Operations.describeDaemonDeployments
    static let maximumDeployments = 20

    func access(
        _ input: ECS.DescribeDaemonDeploymentsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        input.daemonDeploymentArns.prefix(DescribeDaemonDeployments.maximumDeployments).map { arn in
            AccessRequest("ecs:DescribeDaemonDeployments", arn)
        }
    }

    func read(
        _ input: ECS.DescribeDaemonDeploymentsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeDaemonDeploymentsResponse {
        try Lists.check(
            "Daemon deployments", input.daemonDeploymentArns.count,
            maximum: DescribeDaemonDeployments.maximumDeployments)
        var deployments: [ECS.DaemonDeployment] = []
        var failures: [ECS.Failure] = []
        for text in input.daemonDeploymentArns {
            let key: Key<DaemonDeploymentRecord> = try DaemonReference.part(text, "daemon-deployment", snapshot.realm)
            if let record = snapshot.get(key) {
                deployments.append(ECS.DaemonDeployment(record, in: snapshot))
            } else {
                failures.append(missing(text))
            }
        }
        return ECS.DescribeDaemonDeploymentsResponse(failures: failures, daemonDeployments: deployments)
    }
}
