import AWSWire
import State

/// Finds out who sent a request.
package protocol Authenticating: Sendable {
    /// - Throws: AWS's own errors for a missing, malformed, wrong or expired signature.
    func authenticate(_ request: HTTPRequestMessage, _ api: APIModel, at now: Timestamp) throws(WireError) -> Caller
}

/// Verifies SigV4 signatures made with the region's root credentials.
package struct RootCredentialAuthentication: Authenticating {
    private let verifier: SigV4.Verifier
    private let caller: Caller

    /// - Parameter credential: the root user's access key.
    package init(_ credential: Credential, _ realm: Realm) {
        verifier = SigV4.Verifier { keyID in keyID == credential.accessKeyID ? credential : nil }
        caller = .root(realm)
    }

    package func authenticate(
        _ request: HTTPRequestMessage, _ api: APIModel, at now: Timestamp
    ) throws(WireError) -> Caller {
        _ = try verifier.verify(request, at: now)
        return caller
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
