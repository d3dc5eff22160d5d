import APIPipeline
import AWSModels
import AWSWire
import State

/// Lets the events of a group be kept for ever.
/// Source: CloudWatch Logs API Reference, DeleteRetentionPolicy.
struct DeleteRetentionPolicy: Operation {
    static let model = Logs.Operations.deleteRetentionPolicy

    func access(
        _ input: Logs.DeleteRetentionPolicyRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.logGroupName, tx.realm)
    }

    func perform(
        _ input: Logs.DeleteRetentionPolicyRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> EmptyShape {
        var group = try tx.snapshot.logGroup(input.logGroupName)
        group.retentionDays = nil
        tx.put(group)
        return EmptyShape()
    }
}
