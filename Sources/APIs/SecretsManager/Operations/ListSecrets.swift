import APIPipeline
import AWSModels
import AWSWire
import State

/// The secrets, by the time at which they were made.
/// Seam: Filters for owning services and primary regions match nothing: no service owns secrets in the one region.
/// Source: Secrets Manager API Reference, ListSecrets.
struct ListSecrets: ReadOperation {
    static let model = SecretsManager.Operations.listSecrets

    func access(
        _ input: SecretsManager.ListSecretsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("secretsmanager:ListSecrets", "*")]
    }

    func read(
        _ input: SecretsManager.ListSecretsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> SecretsManager.ListSecretsResponse {
        let filters = try (input.filters ?? []).map { (filter) throws(WireError) in try SecretFilter(filter) }
        let includesDeleted = input.includePlannedDeletion ?? false
        let records = snapshot.list(SecretRecord.self).filter { record in
            (includesDeleted || record.deletedAt == nil) && filters.allSatisfy { $0.matches(record) }
        }
        let isDescending = input.sortOrder != .asc
        let named = records.map { (name: position($0, input.sortBy, isDescending), record: $0) }
            .sorted { $0.name < $1.name }
        let page = try Paging.secrets(input.nextToken, input.maxResults).page { after, body in
            for item in named where after.map({ item.name > $0 }) ?? true {
                guard body(item.name, item.record) else { return }
            }
        }
        return SecretsManager.ListSecretsResponse(
            secretList: page.items.map { $0.entry(snapshot.realm) }, nextToken: page.nextToken)
    }

    /// By the time of creation or change; the latest first has what is left until the end of time before it.
    private func position(_ record: SecretRecord, _ order: SecretsManager.SortByType?, _ isDescending: Bool) -> String {
        let end: Int64 = 999_999_999_999_999
        let time: Int64
        switch order {
        case .name?: return record.name
        case .lastChangedDate?: time = record.changedAt.milliseconds
        default: time = record.createdAt.milliseconds
        }
        return paddedTime(Timestamp(milliseconds: isDescending ? end - time : time)) + "/" + record.name
    }
}

extension SecretRecord {
    fileprivate func entry(_ realm: Realm) -> SecretsManager.SecretListEntry {
        SecretsManager.SecretListEntry(
            arn: arn(realm), name: name, description: description, kmsKeyId: keyID, lastChangedDate: changedAt,
            deletedDate: deletedAt, tags: tags.isEmpty ? nil : tags,
            secretVersionsToStages: stages.isEmpty ? nil : stages, createdDate: createdAt)
    }
}

extension Paging {
    /// Reads the members of a request to Secrets Manager.
    static func secrets(_ token: String?, _ maxResults: Int?) throws(WireError) -> Paging {
        guard (1...100).contains(maxResults ?? 100) else {
            throw .invalidParameter("MaxResults must be between 1 and 100.")
        }
        do throws(WireError) {
            return try Paging(token: token, maxResults: maxResults)
        } catch {
            throw .secretsmanagerInvalidNextToken("Invalid token")
        }
    }
}
