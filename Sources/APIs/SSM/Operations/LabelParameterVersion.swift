import APIPipeline
import AWSModels
import AWSWire
import State

/// Gives labels to a version of a parameter. A label that another version has moves.
/// Source: Systems Manager API Reference, LabelParameterVersion.
struct LabelParameterVersion: Operation {
    static let model = SSM.Operations.labelParameterVersion

    func access(
        _ input: SSM.LabelParameterVersionRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission([input.name], tx.snapshot)
    }

    func perform(
        _ input: SSM.LabelParameterVersionRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> SSM.LabelParameterVersionResult {
        var record = try tx.snapshot.parameter(input.name)
        let number = input.parameterVersion ?? record.latest.number
        guard let position = record.versions.firstIndex(where: { $0.number == number }) else {
            throw .parameterVersionNotFound(
                "Systems Manager could not find version \(number) of \(record.name). Verify the version and try again.")
        }
        let invalid = input.labels.filter { !LabelParameterVersion.isLabel($0) }
        let valid = input.labels.filter { LabelParameterVersion.isLabel($0) }
        let kept = Set(record.versions[position].labels).union(valid)
        guard kept.count <= LabelParameterVersion.maximumLabels else {
            throw .parameterVersionLabelLimitExceeded(
                "An error occurred (ParameterVersionLabelLimitExceeded): A parameter version can have a maximum of "
                    + "\(LabelParameterVersion.maximumLabels) labels.")
        }
        for index in record.versions.indices { record.versions[index].labels.removeAll { valid.contains($0) } }
        record.versions[position].labels = kept.sorted()
        tx.put(record)
        return SSM.LabelParameterVersionResult(invalidLabels: invalid, parameterVersion: number)
    }

    private static let maximumLabels = 10

    /// Letters, digits, periods, hyphens and underscores, no digit in front, and no `aws` or `ssm`.
    static func isLabel(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        let lower = text.lowercased()
        guard !lower.hasPrefix("aws"), !lower.hasPrefix("ssm") else { return false }
        return text.utf8.allSatisfy(ParameterName.isWordByte)
    }
}
