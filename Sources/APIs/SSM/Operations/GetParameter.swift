import APIPipeline
import AWSModels
import AWSWire
import State

/// One parameter, at its newest version or the one behind a colon.
/// Source: Systems Manager API Reference, GetParameter.
struct GetParameter: ReadOperation {
    static let model = SSM.Operations.getParameter

    func access(
        _ input: SSM.GetParameterRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission([input.name], tx.snapshot)
    }

    func read(
        _ input: SSM.GetParameterRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> SSM.GetParameterResult {
        let name = ParameterName(input.name, snapshot)
        let record = try snapshot.parameter(name.name)
        guard let version = record.version(name.selector) else {
            throw .parameterVersionNotFound(
                "Systems Manager could not find version \(name.selector ?? "") of \(name.name). Verify the version and "
                    + "try again.")
        }
        return SSM.GetParameterResult(
            parameter: record.shown(
                version, selector: name.selector, isDecrypted: input.withDecryption ?? false, snapshot))
    }
}
