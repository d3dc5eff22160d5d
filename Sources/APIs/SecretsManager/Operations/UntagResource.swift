import APIPipeline
import AWSModels
import AWSWire
import State

/// Removes tags of a secret by their keys.
/// Source: Secrets Manager API Reference, UntagResource.
struct UntagResource: Operation {
    static let model = SecretsManager.Operations.untagResource

    func access(
        _ input: SecretsManager.UntagResourceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.secretId, tx.snapshot)
    }

    func perform(
        _ input: SecretsManager.UntagResourceRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> EmptyShape {
        var record = try tx.snapshot.usableSecret(input.secretId)
        record.tags.removeAll { input.tagKeys.contains($0.key ?? "") }
        tx.put(record)
        return EmptyShape()
    }
}
