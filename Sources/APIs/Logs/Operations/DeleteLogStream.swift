import APIPipeline
import AWSModels
import AWSWire
import State

/// Removes a log stream with its events.
/// Source: CloudWatch Logs API Reference, DeleteLogStream.
struct DeleteLogStream: Operation {
    static let model = Logs.Operations.deleteLogStream

    func access(
        _ input: Logs.DeleteLogStreamRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.logGroupName, tx.realm, stream: input.logStreamName)
    }

    func perform(
        _ input: Logs.DeleteLogStreamRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> EmptyShape {
        let group = try tx.snapshot.logGroup(input.logGroupName)
        tx.delete(try tx.snapshot.logStream(input.logStreamName, of: group).key)
        return EmptyShape()
    }
}
