import APIPipeline
import AWSModels
import AWSWire
import State

/// Some parameters. Those that are not there are listed by the names that were asked for.
/// Source: Systems Manager API Reference, GetParameters.
struct GetParameters: ReadOperation {
    static let model = SSM.Operations.getParameters

    func access(
        _ input: SSM.GetParametersRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.names, tx.snapshot)
    }

    func read(
        _ input: SSM.GetParametersRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> SSM.GetParametersResult {
        guard Set(input.names).count == input.names.count else {
            throw .validation("Parameters with the same name can't be requested twice.")
        }
        var found: [SSM.Parameter] = []
        var invalid: [String] = []
        for text in input.names {
            let name = ParameterName(text, snapshot)
            if let record = snapshot.get(ParameterRecord.key(name.name)), let version = record.version(name.selector) {
                found.append(
                    record.shown(
                        version, selector: name.selector, isDecrypted: input.withDecryption ?? false, snapshot))
            } else {
                invalid.append(text)
            }
        }
        return SSM.GetParametersResult(parameters: found, invalidParameters: invalid)
    }
}
