import APIPipeline
import AWSModels
import AWSWire
import State

/// Says how long the events of a group are kept.
/// Source: CloudWatch Logs API Reference, PutRetentionPolicy.
struct PutRetentionPolicy: Operation {
    static let model = Logs.Operations.putRetentionPolicy

    /// Source: CloudWatch Logs API Reference, PutRetentionPolicy, retentionInDays.
    private static let days = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_096, 1_827, 2_192, 2_557, 2_922, 3_288, 3_653,
    ]

    func access(
        _ input: Logs.PutRetentionPolicyRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.logGroupName, tx.realm)
    }

    func perform(
        _ input: Logs.PutRetentionPolicyRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> EmptyShape {
        guard PutRetentionPolicy.days.contains(input.retentionInDays) else {
            let valid = PutRetentionPolicy.days.map(String.init).joined(separator: ", ")
            throw .invalidParameter("retentionInDays must be one of [\(valid)], not \(input.retentionInDays).")
        }
        var group = try tx.snapshot.logGroup(input.logGroupName)
        group.retentionDays = input.retentionInDays
        tx.put(group)
        return EmptyShape()
    }
}
