import APIPipeline
import AWSModels
import AWSWire
import State

/// Removes tags from a log group, as older clients do.
/// Source: CloudWatch Logs API Reference, UntagLogGroup.
struct UntagLogGroup: Operation {
    static let model = Logs.Operations.untagLogGroup

    func access(
        _ input: Logs.UntagLogGroupRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.logGroupName, tx.realm)
    }

    func perform(
        _ input: Logs.UntagLogGroupRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> EmptyShape {
        var group = try tx.snapshot.logGroup(input.logGroupName)
        group.tags.removeAll { input.tags.contains($0.key ?? "") }
        tx.put(group)
        return EmptyShape()
    }
}
