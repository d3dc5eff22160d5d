import APIPipeline
import AWSModels
import AWSWire
import State

/// Makes a secret. The request's token becomes the id of its first version.
/// Seam: Replicas in other regions are refused: there is one region.
/// Source: Secrets Manager API Reference, CreateSecret.
struct CreateSecret: Operation {
    static let model = SecretsManager.Operations.createSecret

    func access(
        _ input: SecretsManager.CreateSecretRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("secretsmanager:CreateSecret", tx.snapshot.secretARN(input.name))]
    }

    func perform(
        _ input: SecretsManager.CreateSecretRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> SecretsManager.CreateSecretResponse {
        guard (input.addReplicaRegions ?? []).isEmpty else {
            throw .invalidParameter("Secrets cannot be replicated: there is one region.")
        }
        try SecretName.check(input.name)
        let value = try SecretValue(input.secretString, input.secretBinary)
        let id = input.clientRequestToken ?? context.random.uuid()
        if let known = tx.get(SecretRecord.key(input.name)) { return try again(known, value, id, tx) }
        var record = SecretRecord()
        record.name = input.name
        record.suffix = SecretName.suffix(&context.random)
        record.description = input.description
        record.keyID = input.kmsKeyId
        record.tags = try Tags.adding(input.tags ?? [], to: [])
        (record.createdAt, record.changedAt) = (context.now, context.now)
        if let value {
            _ = try record.add(
                value, id: id, stages: [SecretStage.current], tx.realm, tx.snapshot.vault, &context)
        }
        tx.put(record)
        return SecretsManager.CreateSecretResponse(
            arn: record.arn(tx.realm), name: record.name, versionId: value == nil ? nil : id)
    }

    /// The same request twice makes one secret.
    private func again(
        _ record: SecretRecord, _ value: SecretValue?, _ id: String, _ tx: Transaction
    ) throws(WireError) -> SecretsManager.CreateSecretResponse {
        guard record.deletedAt == nil else {
            throw .invalidRequest(
                "You can't create this secret because a secret with this name is already scheduled for deletion.")
        }
        guard let value, let version = record.versions.first(where: { $0.id == id }),
            record.value(of: version, tx.snapshot.vault) == value.bytes, version.isBinary == value.isBinary
        else {
            throw .resourceExists("The operation failed because the secret \(record.name) already exists.")
        }
        return SecretsManager.CreateSecretResponse(arn: record.arn(tx.realm), name: record.name, versionId: id)
    }
}
