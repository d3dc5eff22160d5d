import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows one daemon with its revisions and how many tasks run of each.
/// Source: Amazon ECS API Reference, DescribeDaemon.
struct DescribeDaemon: ReadOperation {
    static let model = ECS.Operations.describeDaemon

    func access(
        _ input: ECS.DescribeDaemonRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:DescribeDaemon", try DaemonReference.arn(input.daemonArn, tx.realm))]
    }

    func read(
        _ input: ECS.DescribeDaemonRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeDaemonResponse {
        let daemon = try DaemonReference.find(input.daemonArn, in: snapshot)
        return ECS.DescribeDaemonResponse(daemon: ECS.DaemonDetail(daemon, in: snapshot))
    }
}
