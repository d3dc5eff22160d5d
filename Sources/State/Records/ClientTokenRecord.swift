import AWSWire

/// What a request with a client token did, so that its repetition does nothing and gets the same answer.
package struct ClientTokenRecord: Record {
    /// The operation and the scope the token is unique in, for example `RunTask/default`.
    package var scope = ""
    package var token = ""
    /// A fingerprint of the request without its token.
    package var fingerprint = ""
    /// The ids of what the first request made.
    package var resources: [String] = []
    package var expiresAt = Timestamp(milliseconds: 0)

    package init() {}

    package static func key(_ scope: String, _ token: String) -> Key<ClientTokenRecord> {
        Key(path: scope + "/" + token)
    }
    package var key: Key<ClientTokenRecord> { ClientTokenRecord.key(scope, token) }

    package static let indexes = [
        IndexDefinition<ClientTokenRecord>(.tokenByExpiry) { "\(paddedTime($0.expiresAt))/" }
    ]

    package static let fields = FieldTable<ClientTokenRecord>([
        .init("scope", \.scope),
        .init("token", \.token),
        .init("fingerprint", \.fingerprint),
        .init("resources", \.resources),
        .init("expiresAt", \.expiresAt),
    ])
}
