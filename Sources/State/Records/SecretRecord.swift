import AWSModels
import AWSWire

/// A secret of Secrets Manager, with its versions. Values are under seal.
package struct SecretRecord: Record {
    package var name = ""
    /// Six letters and digits that the ARN ends with, so that a secret made anew has another one.
    package var suffix = ""
    package var description: String?
    package var keyID: String?
    /// Oldest first.
    package var versions: [SecretVersion] = []
    package var tags: [SecretsManager.Tag] = []
    package var createdAt = Timestamp(milliseconds: 0)
    package var changedAt = Timestamp(milliseconds: 0)
    /// When it was deleted; nil for a secret that can be used.
    package var deletedAt: Timestamp?
    /// When a deleted secret goes for good.
    package var goneAt: Timestamp?

    package init() {}

    package static func key(_ name: String) -> Key<SecretRecord> { Key(path: name) }
    package var key: Key<SecretRecord> { SecretRecord.key(name) }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.arn("secretsmanager", "secret:\(name)-\(suffix)") }

    /// What the value of a version is sealed for.
    package func vaultName(_ version: String) -> String { "secret/\(name)-\(suffix):\(version)" }

    /// The value of a version in clear, for whoever may read it; nil when the vault has another key.
    package func value(of version: SecretVersion, _ vault: Vault) -> [UInt8]? {
        vault.open(version.sealedValue, for: vaultName(version.id))
    }

    package static let indexes = [
        IndexDefinition<SecretRecord>(.secretByEnd) { $0.goneAt.map { "\(paddedTime($0))/" } }
    ]

    package static let fields = FieldTable<SecretRecord>([
        .init("name", \.name),
        .init("suffix", \.suffix),
        .init("description", \.description),
        .init("keyID", \.keyID),
        .init("versions", \.versions),
        .init("tags", \.tags),
        .init("createdAt", \.createdAt),
        .init("changedAt", \.changedAt),
        .init("deletedAt", \.deletedAt),
        .init("goneAt", \.goneAt),
    ])
}

/// One version of a secret. One without stages is deprecated.
package struct SecretVersion: Stored, Sendable, Equatable {
    /// What the caller said, mostly a UUID.
    package var id = ""
    /// What `Vault.seal` made of the value.
    package var sealedValue = ""
    /// Whether the value was given as bytes and not as a text.
    package var isBinary = false
    /// For example `AWSCURRENT`.
    package var stages: [String] = []
    package var createdAt = Timestamp(milliseconds: 0)

    package init() {}

    package static let fields = FieldTable<SecretVersion>([
        .init("id", \.id),
        .init("sealedValue", \.sealedValue),
        .init("isBinary", \.isBinary),
        .init("stages", \.stages),
        .init("createdAt", \.createdAt),
    ])
}
