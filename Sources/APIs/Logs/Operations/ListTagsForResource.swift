import APIPipeline
import AWSModels
import AWSWire
import State

/// The tags of a log group.
/// Source: CloudWatch Logs API Reference, ListTagsForResource.
struct ListTagsForResource: ReadOperation {
    static let model = Logs.Operations.listTagsForResource

    func access(
        _ input: Logs.ListTagsForResourceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(GroupReference.name(input.resourceArn, tx.realm), tx.realm)
    }

    func read(
        _ input: Logs.ListTagsForResourceRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> Logs.ListTagsForResourceResponse {
        let group = try LogTags.group(input.resourceArn, snapshot)
        return Logs.ListTagsForResourceResponse(tags: LogTags.values(group))
    }
}
