import APIPipeline
import AWSModels
import AWSWire
import State

/// Removes some parameters. Those that are not there are listed.
/// Source: Systems Manager API Reference, DeleteParameters.
struct DeleteParameters: Operation {
    static let model = SSM.Operations.deleteParameters

    func access(
        _ input: SSM.DeleteParametersRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.names, tx.snapshot)
    }

    func perform(
        _ input: SSM.DeleteParametersRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> SSM.DeleteParametersResult {
        var deleted: [String] = []
        var invalid: [String] = []
        for name in input.names {
            if let record = tx.get(ParameterRecord.key(ParameterName(name, tx.snapshot).name)) {
                tx.delete(record.key)
                deleted.append(name)
            } else {
                invalid.append(name)
            }
        }
        return SSM.DeleteParametersResult(deletedParameters: deleted, invalidParameters: invalid)
    }
}
