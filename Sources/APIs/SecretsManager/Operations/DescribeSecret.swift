import APIPipeline
import AWSModels
import AWSWire
import State

/// What is known of a secret, without its values.
/// Source: Secrets Manager API Reference, DescribeSecret.
struct DescribeSecret: ReadOperation {
    static let model = SecretsManager.Operations.describeSecret

    func access(
        _ input: SecretsManager.DescribeSecretRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.secretId, tx.snapshot)
    }

    func read(
        _ input: SecretsManager.DescribeSecretRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> SecretsManager.DescribeSecretResponse {
        let record = try snapshot.secret(input.secretId)
        return SecretsManager.DescribeSecretResponse(
            arn: record.arn(snapshot.realm), name: record.name, description: record.description,
            kmsKeyId: record.keyID, lastChangedDate: record.changedAt, deletedDate: record.deletedAt,
            tags: record.tags.isEmpty ? nil : record.tags,
            versionIdsToStages: record.stages.isEmpty ? nil : record.stages, createdDate: record.createdAt)
    }
}
