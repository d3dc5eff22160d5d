import AWSWire

/// A session that ExecuteCommand opened: what its data channel needs to know, and how it knows the client again.
package struct ExecuteSessionRecord: Record {
    /// `ecs-execute-command-` and 17 characters.
    package var id = ""
    package var cluster = ""
    /// The task's id.
    package var task = ""
    /// The container's name.
    package var container = ""
    package var command = ""
    /// SHA-256 of the token that the client has: the token itself is not kept.
    package var tokenDigest = ""
    /// A session that nobody has used until then is forgotten.
    package var expiresAt = Timestamp(milliseconds: 0)

    package init() {}

    package static func key(_ id: String) -> Key<ExecuteSessionRecord> { Key(path: id) }
    package var key: Key<ExecuteSessionRecord> { ExecuteSessionRecord.key(id) }

    package static let indexes = [
        IndexDefinition<ExecuteSessionRecord>(.executeSessionByExpiry) { "\(paddedTime($0.expiresAt))/" }
    ]

    package static let fields = FieldTable<ExecuteSessionRecord>([
        .init("id", \.id),
        .init("cluster", \.cluster),
        .init("task", \.task),
        .init("container", \.container),
        .init("command", \.command),
        .init("tokenDigest", \.tokenDigest),
        .init("expiresAt", \.expiresAt),
    ])
}
