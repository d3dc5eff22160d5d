import APIPipeline
import AWSModels
import AWSWire
import State

/// Removes tags from a log group.
/// Source: CloudWatch Logs API Reference, UntagResource.
struct UntagResource: Operation {
    static let model = Logs.Operations.untagResource

    func access(
        _ input: Logs.UntagResourceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(GroupReference.name(input.resourceArn, tx.realm), tx.realm)
    }

    func perform(
        _ input: Logs.UntagResourceRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> EmptyShape {
        var group = try LogTags.group(input.resourceArn, tx.snapshot)
        group.tags.removeAll { input.tagKeys.contains($0.key ?? "") }
        tx.put(group)
        return EmptyShape()
    }
}
