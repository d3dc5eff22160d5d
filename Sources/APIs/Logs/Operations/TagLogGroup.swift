import APIPipeline
import AWSModels
import AWSWire
import State

/// Adds tags to a log group, as older clients do.
/// Source: CloudWatch Logs API Reference, TagLogGroup.
struct TagLogGroup: Operation {
    static let model = Logs.Operations.tagLogGroup

    func access(
        _ input: Logs.TagLogGroupRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.logGroupName, tx.realm)
    }

    func perform(
        _ input: Logs.TagLogGroupRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> EmptyShape {
        var group = try tx.snapshot.logGroup(input.logGroupName)
        try LogTags.adding(input.tags, to: &group)
        tx.put(group)
        return EmptyShape()
    }
}
