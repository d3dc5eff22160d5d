import AWSModels
import AWSWire

/// A list of certificates that an authority of a trust store has taken back.
package struct TrustStoreRevocationRecord: Record {
    /// The trust store's key: `NAME/ID`.
    package var trustStore = ""
    /// From 1 on, in the order in which lists were added.
    package var id = 0
    /// The list in PEM; ends with a line feed.
    package var pem = ""
    /// How many certificates are in it.
    package var entryCount = 0

    package init() {}

    package static func key(_ trustStore: Key<TrustStoreRecord>, _ id: Int) -> Key<TrustStoreRevocationRecord> {
        let digits = String(id)
        // Digits of one length are in the order of the numbers.
        let padding = String(repeating: "0", count: max(0, 20 - digits.utf8.count))
        return Key(path: "\(trustStore.path)/\(padding)\(digits)")
    }

    package var key: Key<TrustStoreRevocationRecord> {
        TrustStoreRevocationRecord.key(Key(path: trustStore), id)
    }

    package static let fields = FieldTable<TrustStoreRevocationRecord>([
        .init("trustStore", \.trustStore),
        .init("id", \.id),
        .init("pem", \.pem),
        .init("entryCount", \.entryCount),
    ])
}

extension Snapshot {
    /// The revocation lists of a trust store, the oldest first.
    package func revocations(of trustStore: Key<TrustStoreRecord>) -> [TrustStoreRevocationRecord] {
        list(TrustStoreRevocationRecord.self, prefix: trustStore.path + "/")
    }

    /// The listeners that verify their clients against a trust store, in the order of their keys.
    package func listeners(verifyingAgainst trustStore: Key<TrustStoreRecord>) -> [ListenerRecord] {
        list(ListenerRecord.self).filter { $0.trustStore(realm) == trustStore }
    }
}

extension ListenerRecord {
    /// The trust store against which clients are verified; nil when they are not.
    package func trustStore(_ realm: Realm) -> Key<TrustStoreRecord>? {
        guard mutualAuthentication?.mode == "verify", let arn = mutualAuthentication?.trustStoreArn else { return nil }
        return TrustStoreRecord.key(arn: arn, realm)
    }
}
