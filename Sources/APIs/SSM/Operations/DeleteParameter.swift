import APIPipeline
import AWSModels
import AWSWire
import State

/// Removes a parameter with all its versions.
/// Source: Systems Manager API Reference, DeleteParameter.
struct DeleteParameter: Operation {
    static let model = SSM.Operations.deleteParameter

    func access(
        _ input: SSM.DeleteParameterRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission([input.name], tx.snapshot)
    }

    func perform(
        _ input: SSM.DeleteParameterRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> SSM.DeleteParameterResult {
        tx.delete(try tx.snapshot.parameter(input.name).key)
        return SSM.DeleteParameterResult()
    }
}
