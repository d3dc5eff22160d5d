import APIPipeline
import AWSModels
import AWSWire
import State

/// Takes labels from a version of a parameter.
/// Source: Systems Manager API Reference, UnlabelParameterVersion.
struct UnlabelParameterVersion: Operation {
    static let model = SSM.Operations.unlabelParameterVersion

    func access(
        _ input: SSM.UnlabelParameterVersionRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission([input.name], tx.snapshot)
    }

    func perform(
        _ input: SSM.UnlabelParameterVersionRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> SSM.UnlabelParameterVersionResult {
        var record = try tx.snapshot.parameter(input.name)
        guard let position = record.versions.firstIndex(where: { $0.number == input.parameterVersion }) else {
            throw .parameterVersionNotFound(
                "Systems Manager could not find version \(input.parameterVersion) of \(record.name). Verify the "
                    + "version and try again.")
        }
        let known = record.versions[position].labels
        record.versions[position].labels.removeAll { input.labels.contains($0) }
        tx.put(record)
        return SSM.UnlabelParameterVersionResult(
            removedLabels: input.labels.filter(known.contains),
            invalidLabels: input.labels.filter { !known.contains($0) })
    }
}
