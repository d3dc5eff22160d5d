import APIPipeline
import AWSModels
import AWSWire
import State

/// Takes the deletion of a secret back.
/// Source: Secrets Manager API Reference, RestoreSecret.
struct RestoreSecret: Operation {
    static let model = SecretsManager.Operations.restoreSecret

    func access(
        _ input: SecretsManager.RestoreSecretRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.secretId, tx.snapshot)
    }

    func perform(
        _ input: SecretsManager.RestoreSecretRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> SecretsManager.RestoreSecretResponse {
        var record = try tx.snapshot.secret(input.secretId)
        record.deletedAt = nil
        record.goneAt = nil
        tx.put(record)
        return SecretsManager.RestoreSecretResponse(arn: record.arn(tx.realm), name: record.name)
    }
}
