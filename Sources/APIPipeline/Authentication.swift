import AWSWire
import State

/// Finds out who sent a request.
package protocol Authenticating: Sendable {
    /// - Throws: AWS's own errors for a missing, malformed, wrong or expired signature.
    func authenticate(_ request: HTTPRequestMessage, _ api: APIModel, at now: Timestamp) throws(WireError) -> Caller
}

/// Verifies SigV4 signatures made with the region's root credentials, or with those of a role's session.
package struct RegionAuthentication: Authenticating {
    private let verifier: SigV4.Verifier
    private let root: Credential
    private let snapshot: @Sendable () -> Snapshot

    /// - Parameters:
    ///   - credential: the root user's access key.
    ///   - snapshot: the newest durable state: the session of a task ends with the task.
    package init(_ credential: Credential, _ vault: Vault, _ snapshot: @escaping @Sendable () -> Snapshot) {
        root = credential
        self.snapshot = snapshot
        verifier = SigV4.Verifier(sessions: { keyID, token in
            guard keyID != credential.accessKeyID else { return credential }
            guard let token, let session = RoleSession(accessKeyID: keyID, token: token, vault) else { return nil }
            return session.credential(keyID, token, vault)
        })
    }

    package func authenticate(
        _ request: HTTPRequestMessage, _ api: APIModel, at now: Timestamp
    ) throws(WireError) -> Caller {
        let verified = try verifier.verify(request, at: now)
        let snapshot = snapshot()
        guard verified.accessKeyID != root.accessKeyID else { return .root(snapshot.realm) }
        guard let token = verified.sessionToken,
            let session = RoleSession(accessKeyID: verified.accessKeyID, token: token, snapshot.vault)
        else { throw .unrecognizedClient }
        if case .task(let key) = session.holder {
            guard let task = snapshot.get(key), task.lastStatus != .stopped else { throw .expiredToken }
        }
        return session.caller(snapshot.realm)
    }
}

/// Takes everybody for the root user: `--auth off`, for machines where nobody else is.
package struct NoAuthentication: Authenticating {
    private let caller: Caller

    package init(_ realm: Realm) {
        caller = .root(realm)
    }

    package func authenticate(
        _ request: HTTPRequestMessage, _ api: APIModel, at now: Timestamp
    ) throws(WireError) -> Caller {
        caller
    }
}
