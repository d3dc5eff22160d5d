import APIPipeline
import AWSModels
import AWSWire
import State

extension Snapshot {
    /// The secret of a name, an ARN, or an ARN without its last six characters.
    /// - Throws: `ResourceNotFoundException`.
    func secret(_ id: String) throws(WireError) -> SecretRecord {
        let prefix = realm.arn("secretsmanager", "secret:")
        guard id.hasPrefix(prefix) else {
            guard let record = get(SecretRecord.key(id)) else { throw .noSuchSecret }
            return record
        }
        let rest = String(id.dropFirst(prefix.count))
        if let record = get(SecretRecord.key(String(rest.dropLast(7)))), "\(record.name)-\(record.suffix)" == rest {
            return record
        }
        guard let record = get(SecretRecord.key(rest)) else { throw .noSuchSecret }
        return record
    }

    /// The secret, if it was not deleted.
    /// - Throws: `ResourceNotFoundException`, `InvalidRequestException`.
    func usableSecret(_ id: String) throws(WireError) -> SecretRecord {
        let record = try secret(id)
        guard record.deletedAt == nil else {
            throw .invalidRequest(
                "You can't perform this operation on the secret because it was marked for deletion.")
        }
        return record
    }

    /// The ARN that access is asked for: that of the secret, or one with wildcards in place of its last characters.
    func secretARN(_ id: String) -> String {
        if let record = try? secret(id) { return record.arn(realm) }
        return id.hasPrefix("arn:") ? id : realm.arn("secretsmanager", "secret:\(id)-??????")
    }
}

extension WireError {
    fileprivate static var noSuchSecret: WireError {
        .resourceNotFound("Secrets Manager can't find the specified secret.")
    }
}

extension Operation {
    /// What a caller must be allowed to do: the operation itself, on a secret.
    func permission(_ id: String, _ snapshot: Snapshot) -> [AccessRequest] {
        [AccessRequest("secretsmanager:\(Self.model.name)", snapshot.secretARN(id))]
    }
}

/// The tags of a secret.
/// Source: Secrets Manager API Reference, TagResource.
enum Tags {
    private static let maximumCount = 50

    /// The tags after some were added: a key that is there gets the new value.
    static func adding(_ new: [SecretsManager.Tag], to old: [SecretsManager.Tag]) throws(WireError) -> [SecretsManager
        .Tag]
    {
        var tags = old
        for tag in new {
            guard let key = tag.key, !key.isEmpty else {
                throw .invalidParameter("You must provide a key for each tag.")
            }
            guard !key.hasPrefix("aws:") else {
                throw .invalidParameter("Tag keys that begin with aws: are reserved.")
            }
            if let position = tags.firstIndex(where: { $0.key == key }) {
                tags[position] = tag
            } else {
                tags.append(tag)
            }
        }
        guard tags.count <= maximumCount else {
            throw .invalidParameter("A secret can have no more than \(maximumCount) tags.")
        }
        return tags
    }
}
