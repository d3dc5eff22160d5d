/// An access key with its secret.
package struct Credential: Sendable, Equatable {
    /// `AKIA…` for a user, `ASIA…` for a session.
    package var accessKeyID: String
    package var secretAccessKey: String
    /// What the requests of a session carry beside the signature; nil for a user's key.
    package var sessionToken: String?
    /// When the session ends; nil for never.
    package var expiresAt: Timestamp?

    package init(
        accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiresAt: Timestamp? = nil
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiresAt = expiresAt
    }
}
