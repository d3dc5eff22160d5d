import AWSModels
import AWSWire

/// A session that ExecuteCommand opened: whose it is, what it runs, how its client is known again, and how it ended.
package struct ExecuteSessionRecord: Record {
    /// `ecs-execute-command-` and 17 characters.
    package var id = ""
    package var cluster = ""
    /// The task's id.
    package var task = ""
    /// The container's name.
    package var container = ""
    /// The engine's id of the container when the session was asked for.
    package var runtimeID: String?
    package var command = ""
    /// The ARN of who asked for it: nobody else may resume it.
    package var owner = ""
    /// CONNECTING until its client comes, CONNECTED, TERMINATING when somebody wants it to end, TERMINATED.
    package var status = SSM.SessionStatus.connecting
    /// SHA-256 of the token that the client has, the token itself is not kept; empty when it was used.
    package var tokenDigest = ""
    package var tokenExpiresAt: Timestamp?
    package var createdAt = Timestamp(milliseconds: 0)
    /// When its client came first.
    package var startedAt: Timestamp?
    package var endedAt: Timestamp?
    /// The command's; nil when it did not end by itself.
    package var exitCode: Int?
    /// Why it ended; empty when the command did.
    package var reason = ""
    /// When it is forgotten; nil while it is open.
    package var expiresAt: Timestamp?

    package init() {}

    package static func key(_ id: String) -> Key<ExecuteSessionRecord> { Key(path: id) }
    package var key: Key<ExecuteSessionRecord> { ExecuteSessionRecord.key(id) }

    package var isOver: Bool { status == .terminated }

    package static let indexes = [
        IndexDefinition<ExecuteSessionRecord>(.executeSessionByExpiry) { session in
            session.expiresAt.map { "\(paddedTime($0))/" }
        }
    ]

    package static let fields = FieldTable<ExecuteSessionRecord>([
        .init("id", \.id),
        .init("cluster", \.cluster),
        .init("task", \.task),
        .init("container", \.container),
        .init("runtimeID", \.runtimeID),
        .init("command", \.command),
        .init("owner", \.owner),
        .init("status", \.status),
        .init("tokenDigest", \.tokenDigest),
        .init("tokenExpiresAt", \.tokenExpiresAt),
        .init("createdAt", \.createdAt),
        .init("startedAt", \.startedAt),
        .init("endedAt", \.endedAt),
        .init("exitCode", \.exitCode),
        .init("reason", \.reason),
        .init("expiresAt", \.expiresAt),
    ])
}

extension ExecuteSessionRecord {
    /// How long a session waits for its client, and a client that lost its connection may take to come back.
    package static let tokenLifetime: Duration = .seconds(300)
    /// How long an ended session can be described.
    package static let retention: Duration = .seconds(3_600)

    /// Gives the session another token; an earlier one is no longer good.
    ///
    /// It follows from the region's key, because a decision's chance can be foretold from ids that it gave out.
    package mutating func issueToken(_ vault: Vault, _ random: inout SeededRandom, at now: Timestamp) -> String {
        let secret = vault.derive("execute-session-token", from: "\(id)/\(random.hex(32))")
        let token = String(decoding: Base64.encode(secret), as: UTF8.self)
        tokenDigest = SHA256Digest.hex(of: Array(token.utf8))
        tokenExpiresAt = now.advanced(by: ExecuteSessionRecord.tokenLifetime)
        return token
    }

    /// Whether a token opens the session now. How long that takes tells nothing of the token.
    package func accepts(_ token: String, at now: Timestamp) -> Bool {
        let given = Array(SHA256Digest.hex(of: Array(token.utf8)).utf8)
        let kept = Array(tokenDigest.utf8)
        guard given.count == kept.count, let end = tokenExpiresAt, now < end, status != .terminated else {
            return false
        }
        return zip(given, kept).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// The task and the container as Session Manager names them.
    /// Source: observed, session-manager-plugin's target of ECS Exec.
    package var target: String { "ecs:\(cluster)_\(task)_\(runtimeID ?? "")" }

    /// Where the region serves the data channel.
    /// - Parameter endpoint: where the client reaches the region, `http://…` or `https://…`.
    package func streamURL(at endpoint: String) -> String {
        // `http` becomes `ws`, `https` becomes `wss`.
        let host = endpoint.hasPrefix("http") ? "ws" + endpoint.dropFirst(4) : endpoint
        return "\(host)/v1/data-channel/\(id)?role=publish_subscribe"
    }

    /// It is over. What it was asked for before stays.
    package mutating func end(exitCode: Int?, reason: String, at now: Timestamp) {
        status = .terminated
        tokenDigest = ""
        tokenExpiresAt = nil
        endedAt = now
        self.exitCode = exitCode
        self.reason = reason
        expiresAt = now.advanced(by: ExecuteSessionRecord.retention)
    }
}
