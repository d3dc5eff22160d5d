import AWSModels
import AWSWire

/// A parameter of Systems Manager's Parameter Store, with its versions. Values are under seal.
package struct ParameterRecord: Record {
    /// Either one word, or a path that begins with `/`.
    package var name = ""
    package var type = SSM.ParameterType.string
    /// The key that a SecureString names; nil for other types.
    package var keyID: String?
    /// What `PutParameter` last said; versions keep what held for them.
    package var tier = SSM.ParameterTier.standard
    package var dataType = "text"
    /// Oldest first; never empty.
    package var versions: [ParameterVersion] = []
    package var tags: [SSM.Tag] = []

    package init() {}

    /// Names are unique, and a name below a path has the path in front.
    package static func key(_ name: String) -> Key<ParameterRecord> { Key(path: name) }
    package var key: Key<ParameterRecord> { ParameterRecord.key(name) }

    /// The ARN: a name that is a path brings its own slash.
    package func arn(_ realm: Realm) -> String { ParameterRecord.arn(name, realm) }
    package static func arn(_ name: String, _ realm: Realm) -> String {
        realm.arn("ssm", name.hasPrefix("/") ? "parameter\(name)" : "parameter/\(name)")
    }

    /// What the value of a version is sealed for.
    package func vaultName(_ version: Int) -> String { "parameter/\(name):\(version)" }

    /// The value of a version in clear, for whoever may read it; nil when the vault has another key.
    package func value(of version: ParameterVersion, _ vault: Vault) -> String? {
        vault.open(version.sealedValue, for: vaultName(version.number)).map { String(decoding: $0, as: UTF8.self) }
    }

    package static let fields = FieldTable<ParameterRecord>([
        .init("name", \.name),
        .init("type", \.type),
        .init("keyID", \.keyID),
        .init("tier", \.tier),
        .init("dataType", \.dataType),
        .init("versions", \.versions),
        .init("tags", \.tags),
    ])
}

/// One version of a parameter.
package struct ParameterVersion: Stored, Sendable, Equatable {
    /// Rises by one with each version, from 1.
    package var number = 1
    /// What `Vault.seal` made of the value.
    package var sealedValue = ""
    package var labels: [String] = []
    package var description: String?
    package var allowedPattern: String?
    package var modifiedAt = Timestamp(milliseconds: 0)
    /// The ARN of who made it.
    package var modifiedBy = ""

    package init() {}

    package static let fields = FieldTable<ParameterVersion>([
        .init("number", \.number),
        .init("sealedValue", \.sealedValue),
        .init("labels", \.labels),
        .init("description", \.description),
        .init("allowedPattern", \.allowedPattern),
        .init("modifiedAt", \.modifiedAt),
        .init("modifiedBy", \.modifiedBy),
    ])
}
