import APIPipeline
import AWSModels
import AWSWire
import State

/// Adds a version to a secret, as the current one unless stages are given.
/// Source: Secrets Manager API Reference, PutSecretValue.
struct PutSecretValue: Operation {
    static let model = SecretsManager.Operations.putSecretValue

    func access(
        _ input: SecretsManager.PutSecretValueRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.secretId, tx.snapshot)
    }

    func perform(
        _ input: SecretsManager.PutSecretValueRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> SecretsManager.PutSecretValueResponse {
        var record = try tx.snapshot.usableSecret(input.secretId)
        guard let value = try SecretValue(input.secretString, input.secretBinary) else {
            throw .invalidRequest("You must provide either SecretString or SecretBinary.")
        }
        let version = try record.add(
            value, id: input.clientRequestToken ?? context.random.uuid(),
            stages: input.versionStages ?? [SecretStage.current], tx.realm, tx.snapshot.vault, &context)
        tx.put(record)
        return SecretsManager.PutSecretValueResponse(
            arn: record.arn(tx.realm), name: record.name, versionId: version.id, versionStages: version.stages)
    }
}
