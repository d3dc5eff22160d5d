import APIPipeline
import AWSModels
import AWSWire
import State

/// Makes a log stream.
/// Source: CloudWatch Logs API Reference, CreateLogStream.
struct CreateLogStream: Operation {
    static let model = Logs.Operations.createLogStream

    func access(
        _ input: Logs.CreateLogStreamRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.logGroupName, tx.realm, stream: input.logStreamName)
    }

    func perform(
        _ input: Logs.CreateLogStreamRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> EmptyShape {
        let group = try tx.snapshot.logGroup(input.logGroupName)
        guard tx.get(LogStreamRecord.key(group.id, input.logStreamName)) == nil else {
            throw .resourceAlreadyExists("The specified log stream already exists")
        }
        tx.put(LogStreamRecord(input.logStreamName, of: group, &context))
        return EmptyShape()
    }
}
