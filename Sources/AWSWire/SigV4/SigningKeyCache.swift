import Crypto
import Synchronization

/// Remembers derived signing keys: a client signs a day's requests with one, and deriving it costs four hashes.
final class SigningKeyCache: Sendable {
    private struct Name: Hashable {
        let secret: String
        let scope: SigV4.Scope
    }

    /// Scopes come from clients, so the cache has a bound; when it is full it begins anew.
    private static let capacity = 256

    private let keys = Mutex<[Name: SymmetricKey]>([:])

    func key(secret: String, scope: SigV4.Scope) -> SymmetricKey {
        let name = Name(secret: secret, scope: scope)
        if let key = keys.withLock({ $0[name] }) { return key }
        let key = SigV4.signingKey(secret: secret, scope: scope)
        keys.withLock { keys in
            if keys.count >= SigningKeyCache.capacity { keys.removeAll() }
            keys[name] = key
        }
        return key
    }
}
