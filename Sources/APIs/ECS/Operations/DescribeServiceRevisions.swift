import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows up to 20 service revisions: what was deployed.
/// Source: Amazon ECS API Reference, DescribeServiceRevisions.
struct DescribeServiceRevisions: ReadOperation {
    static let model = ECS.Operations.describeServiceRevisions

    func access(
        _ input: ECS.DescribeServiceRevisionsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        input.serviceRevisionArns.prefix(20).map { AccessRequest("ecs:DescribeServiceRevisions", $0) }
    }

    func read(
        _ input: ECS.DescribeServiceRevisionsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeServiceRevisionsResponse {
        let references = try ServiceHistoryReference.list(
            input.serviceRevisionArns, "service-revision", "Service revision ARNs", snapshot.realm)
        var revisions: [ECS.ServiceRevision] = []
        var failures: [ECS.Failure] = []
        for reference in references {
            let key = ServiceRevisionRecord.key(reference.cluster, reference.service, reference.id)
            if let record = snapshot.get(key) {
                revisions.append(ECS.ServiceRevision(record, in: snapshot))
            } else {
                failures.append(missing(reference.arn))
            }
        }
        return ECS.DescribeServiceRevisionsResponse(serviceRevisions: revisions, failures: failures)
    }
}
