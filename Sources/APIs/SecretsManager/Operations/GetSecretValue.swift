import APIPipeline
import AWSModels
import AWSWire
import State

/// The value of a secret: the current one, or that of a version or stage.
/// Source: Secrets Manager API Reference, GetSecretValue.
struct GetSecretValue: ReadOperation {
    static let model = SecretsManager.Operations.getSecretValue

    func access(
        _ input: SecretsManager.GetSecretValueRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.secretId, tx.snapshot)
    }

    func read(
        _ input: SecretsManager.GetSecretValueRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> SecretsManager.GetSecretValueResponse {
        let record = try snapshot.usableSecret(input.secretId)
        let version = try record.version(input.versionId, input.versionStage)
        guard let value = record.value(of: version, snapshot.vault) else {
            throw .decryptionFailure("Secrets Manager can't decrypt the protected secret text.")
        }
        return SecretsManager.GetSecretValueResponse(
            arn: record.arn(snapshot.realm), name: record.name, versionId: version.id,
            secretBinary: version.isBinary ? value : nil,
            secretString: version.isBinary ? nil : String(decoding: value, as: UTF8.self),
            versionStages: version.stages, createdDate: version.createdAt)
    }
}
