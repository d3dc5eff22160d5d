import APIPipeline
import AWSModels
import AWSWire
import State

/// Deletes a secret: at once if that is forced, else it can be restored for some days.
/// Source: Secrets Manager API Reference, DeleteSecret.
struct DeleteSecret: Operation {
    static let model = SecretsManager.Operations.deleteSecret

    func access(
        _ input: SecretsManager.DeleteSecretRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.secretId, tx.snapshot)
    }

    func perform(
        _ input: SecretsManager.DeleteSecretRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> SecretsManager.DeleteSecretResponse {
        let window = input.recoveryWindowInDays
        let isForced = input.forceDeleteWithoutRecovery ?? false
        guard window == nil || !isForced else {
            throw .invalidParameter(
                "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
        }
        guard (7...30).contains(window ?? 30) else {
            throw .invalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")
        }
        var record: SecretRecord
        do throws(WireError) {
            record = try tx.snapshot.secret(input.secretId)
        } catch {
            // Observed: what is not there can be deleted by force, for whoever is not sure.
            guard isForced else { throw error }
            return SecretsManager.DeleteSecretResponse(
                arn: input.secretId.hasPrefix("arn:")
                    ? input.secretId
                    : tx.realm.arn("secretsmanager", "secret:\(input.secretId)-\(SecretName.suffix(&context.random))"),
                name: input.secretId, deletionDate: context.now)
        }
        guard record.deletedAt == nil || isForced else {
            throw .invalidRequest("You tried to perform the operation on a secret that's currently marked deleted.")
        }
        let end = isForced ? context.now : context.now.advanced(by: .seconds((window ?? 30) * 86_400))
        record.deletedAt = context.now
        record.goneAt = end
        if isForced { tx.delete(record.key) } else { tx.put(record) }
        return SecretsManager.DeleteSecretResponse(
            arn: record.arn(tx.realm), name: record.name, deletionDate: end)
    }
}
