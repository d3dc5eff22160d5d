import AWSModels
import AWSWire
import State

/// A request's client token: the same token with the same request gets the first answer again.
struct ClientToken {
    private let scope: String
    private let token: String
    private let fingerprint: String

    /// - Parameters:
    ///   - token: the member `clientToken`; nil or empty for a request without.
    ///   - scope: the operation and where the token is unique.
    ///   - request: the request without its token.
    init?(_ token: String?, scope: String, of request: some Shape) {
        guard let token, !token.isEmpty else { return nil }
        self.scope = scope
        self.token = token
        fingerprint = SHA256Digest.hex(of: request.encoded())
    }

    /// A token that stands for the first request whatever its repetitions say.
    init?(_ token: String?, scope: String) {
        guard let token, !token.isEmpty else { return nil }
        self.scope = scope
        self.token = token
        fingerprint = ""
    }

    /// Checks a token.
    /// Source: Amazon ECS API Reference, RunTask (clientToken): up to 64 characters.
    static func check(_ token: String?) throws(WireError) {
        guard (token ?? "").utf8.count <= 64 else {
            throw .invalidParameter("clientToken must be up to 64 characters long.")
        }
    }

    /// What the first request made; nil when this is the first.
    /// - Parameter arn: makes the ARNs that the conflict names.
    /// - Throws: `ConflictException` when the token was used with another request.
    func earlierResult(
        in snapshot: Snapshot, at now: Timestamp, _ arn: (String) -> String
    ) throws(WireError) -> [String]? {
        guard let record = snapshot.get(ClientTokenRecord.key(scope, token)), record.expiresAt > now else { return nil }
        guard record.fingerprint == fingerprint else {
            throw .conflict(
                "The request could not be processed because of conflict in the current state of the resource: the "
                    + "clientToken was used with other parameters.", resourceIds: record.resources.map(arn))
        }
        return record.resources
    }

    /// Remembers what the request made.
    func remember(_ resources: [String], until expiry: Timestamp, _ tx: inout Transaction) {
        var record = ClientTokenRecord()
        record.scope = scope
        record.token = token
        record.fingerprint = fingerprint
        record.resources = resources
        record.expiresAt = expiry
        tx.put(record)
    }
}
