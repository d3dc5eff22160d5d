import APIPipeline
import AWSModels
import AWSWire
import State

/// The versions of a secret, without the deprecated ones unless they are asked for.
/// Source: Secrets Manager API Reference, ListSecretVersionIds.
struct ListSecretVersionIds: ReadOperation {
    static let model = SecretsManager.Operations.listSecretVersionIds

    func access(
        _ input: SecretsManager.ListSecretVersionIdsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.secretId, tx.snapshot)
    }

    func read(
        _ input: SecretsManager.ListSecretVersionIdsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> SecretsManager.ListSecretVersionIdsResponse {
        let record = try snapshot.secret(input.secretId)
        let includesDeprecated = input.includeDeprecated ?? false
        let page = try Paging.secrets(input.nextToken, input.maxResults).page { after, body in
            let start = after.flatMap { id in record.versions.firstIndex { $0.id == id } }.map { $0 + 1 } ?? 0
            for version in record.versions[start...] where includesDeprecated || !version.stages.isEmpty {
                guard body(version.id, version) else { return }
            }
        }
        let entries = page.items.map { version in
            SecretsManager.SecretVersionsListEntry(
                versionId: version.id, versionStages: version.stages.isEmpty ? nil : version.stages,
                createdDate: version.createdAt)
        }
        return SecretsManager.ListSecretVersionIdsResponse(
            versions: entries, nextToken: page.nextToken, arn: record.arn(snapshot.realm), name: record.name)
    }
}
