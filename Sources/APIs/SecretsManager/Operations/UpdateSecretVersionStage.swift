import APIPipeline
import AWSModels
import AWSWire
import State

/// Moves a stage from one version of a secret to another, or takes it away.
/// Source: Secrets Manager API Reference, UpdateSecretVersionStage.
struct UpdateSecretVersionStage: Operation {
    static let model = SecretsManager.Operations.updateSecretVersionStage

    func access(
        _ input: SecretsManager.UpdateSecretVersionStageRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.secretId, tx.snapshot)
    }

    func perform(
        _ input: SecretsManager.UpdateSecretVersionStageRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> SecretsManager.UpdateSecretVersionStageResponse {
        var record = try tx.snapshot.usableSecret(input.secretId)
        for id in [input.moveToVersionId, input.removeFromVersionId].compactMap(\.self)
        where !record.versions.contains(where: { $0.id == id }) {
            throw .resourceNotFound("Secrets Manager can't find the specified secret value for VersionId: \(id)")
        }
        let owner = record.versions.first { $0.stages.contains(input.versionStage) }?.id
        if let owner, owner != input.moveToVersionId, owner != input.removeFromVersionId {
            throw .invalidParameter(
                "The parameter RemoveFromVersionId can't be empty. Staging label \(input.versionStage) is currently "
                    + "attached to version \(owner), so you must explicitly reference that version in "
                    + "RemoveFromVersionId.")
        }
        guard input.moveToVersionId != nil || input.versionStage != SecretStage.current else {
            throw .invalidParameter("You can't remove the staging label AWSCURRENT; move it to another version.")
        }
        record.move(input.versionStage, to: input.moveToVersionId)
        record.changedAt = context.now
        tx.put(record)
        return SecretsManager.UpdateSecretVersionStageResponse(arn: record.arn(tx.realm), name: record.name)
    }
}
