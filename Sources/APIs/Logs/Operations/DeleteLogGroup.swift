import APIPipeline
import AWSModels
import AWSWire
import State

/// Removes a log group with its streams and events.
/// Source: CloudWatch Logs API Reference, DeleteLogGroup.
struct DeleteLogGroup: Operation {
    static let model = Logs.Operations.deleteLogGroup

    func access(
        _ input: Logs.DeleteLogGroupRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.logGroupName, tx.realm)
    }

    func perform(
        _ input: Logs.DeleteLogGroupRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> EmptyShape {
        let group = try tx.snapshot.logGroup(input.logGroupName)
        for stream in tx.snapshot.list(LogStreamRecord.self, prefix: "\(group.id)/") { tx.delete(stream.key) }
        tx.delete(group.key)
        return EmptyShape()
    }
}
