import APIPipeline
import AWSModels
import AWSWire
import State

/// The tags of a log group, as older clients ask for them.
/// Source: CloudWatch Logs API Reference, ListTagsLogGroup.
struct ListTagsLogGroup: ReadOperation {
    static let model = Logs.Operations.listTagsLogGroup

    func access(
        _ input: Logs.ListTagsLogGroupRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.logGroupName, tx.realm)
    }

    func read(
        _ input: Logs.ListTagsLogGroupRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> Logs.ListTagsLogGroupResponse {
        let group = try snapshot.logGroup(input.logGroupName)
        return Logs.ListTagsLogGroupResponse(tags: LogTags.values(group))
    }
}
