import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows up to 20 revisions of daemons; what is not there is a failure.
/// Source: Amazon ECS API Reference, DescribeDaemonRevisions.
struct DescribeDaemonRevisions: ReadOperation {
    static let model = ECS.Operations.describeDaemonRevisions
    static let maximumRevisions = 20

    func access(
        _ input: ECS.DescribeDaemonRevisionsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        input.daemonRevisionArns.prefix(DescribeDaemonRevisions.maximumRevisions).map { arn in
            AccessRequest("ecs:DescribeDaemonRevisions", arn)
        }
    }

    func read(
        _ input: ECS.DescribeDaemonRevisionsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeDaemonRevisionsResponse {
        try Lists.check(
            "Daemon revisions", input.daemonRevisionArns.count, maximum: DescribeDaemonRevisions.maximumRevisions)
        var revisions: [ECS.DaemonRevision] = []
        var failures: [ECS.Failure] = []
        for text in input.daemonRevisionArns {
            let key: Key<DaemonRevisionRecord> = try DaemonReference.part(text, "daemon-revision", snapshot.realm)
            if let record = snapshot.get(key) {
                revisions.append(ECS.DaemonRevision(record, in: snapshot))
            } else {
                failures.append(missing(text))
            }
        }
        return ECS.DescribeDaemonRevisionsResponse(daemonRevisions: revisions, failures: failures)
    }
}
