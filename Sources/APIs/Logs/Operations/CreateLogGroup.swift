import APIPipeline
import AWSModels
import AWSWire
import State

/// Makes a log group.
/// Seam: events are not encrypted with keys of KMS, and groups cannot be protected from deletion: both are refused.
/// Source: CloudWatch Logs API Reference, CreateLogGroup.
struct CreateLogGroup: Operation {
    static let model = Logs.Operations.createLogGroup

    func access(
        _ input: Logs.CreateLogGroupRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.logGroupName, tx.realm)
    }

    func perform(
        _ input: Logs.CreateLogGroupRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> EmptyShape {
        guard tx.get(LogGroupRecord.key(input.logGroupName)) == nil else {
            throw .resourceAlreadyExists("The specified log group already exists")
        }
        guard input.kmsKeyId == nil else {
            throw .invalidParameter("Keys of KMS are not supported: kmsKeyId must not be given.")
        }
        guard input.deletionProtectionEnabled != true else {
            throw .invalidParameter("Deletion protection of log groups is not supported.")
        }
        var group = LogGroupRecord()
        group.name = input.logGroupName
        group.id = context.random.hex(16)
        group.createdAt = context.now
        group.logClass = input.logGroupClass ?? .standard
        try LogTags.adding(input.tags ?? [:], to: &group)
        tx.put(group)
        return EmptyShape()
    }
}
