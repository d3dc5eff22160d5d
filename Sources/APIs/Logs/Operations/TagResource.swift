import APIPipeline
import AWSModels
import AWSWire
import State

/// Adds tags to a log group.
/// Source: CloudWatch Logs API Reference, TagResource.
struct TagResource: Operation {
    static let model = Logs.Operations.tagResource

    func access(
        _ input: Logs.TagResourceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(GroupReference.name(input.resourceArn, tx.realm), tx.realm)
    }

    func perform(
        _ input: Logs.TagResourceRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> EmptyShape {
        var group = try LogTags.group(input.resourceArn, tx.snapshot)
        try LogTags.adding(input.tags, to: &group)
        tx.put(group)
        return EmptyShape()
    }
}
