import APIPipeline
import AWSModels
import AWSWire
import State

/// Adds tags to a secret.
/// Source: Secrets Manager API Reference, TagResource.
struct TagResource: Operation {
    static let model = SecretsManager.Operations.tagResource

    func access(
        _ input: SecretsManager.TagResourceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.secretId, tx.snapshot)
    }

    func perform(
        _ input: SecretsManager.TagResourceRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> EmptyShape {
        var record = try tx.snapshot.usableSecret(input.secretId)
        record.tags = try Tags.adding(input.tags, to: record.tags)
        tx.put(record)
        return EmptyShape()
    }
}
