import APIPipeline
import AWSModels
import AWSWire
import State

/// Changes the description or the key of a secret, or gives it a new current version.
/// Source: Secrets Manager API Reference, UpdateSecret.
struct UpdateSecret: Operation {
    static let model = SecretsManager.Operations.updateSecret

    func access(
        _ input: SecretsManager.UpdateSecretRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.secretId, tx.snapshot)
    }

    func perform(
        _ input: SecretsManager.UpdateSecretRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> SecretsManager.UpdateSecretResponse {
        var record = try tx.snapshot.usableSecret(input.secretId)
        record.description = input.description ?? record.description
        record.keyID = input.kmsKeyId ?? record.keyID
        record.changedAt = context.now
        var id: String?
        if let value = try SecretValue(input.secretString, input.secretBinary) {
            id = try record.add(
                value, id: input.clientRequestToken ?? context.random.uuid(), stages: [SecretStage.current], tx.realm,
                tx.snapshot.vault, &context
            ).id
        }
        tx.put(record)
        return SecretsManager.UpdateSecretResponse(arn: record.arn(tx.realm), name: record.name, versionId: id)
    }
}
