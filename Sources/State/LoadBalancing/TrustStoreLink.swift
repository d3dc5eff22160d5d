import AWSWire

/// An address under which a part of a trust store can be fetched for a while without credentials, as from S3 by a
/// presigned URL. It holds a sealed token, so nobody else can make one.
/// Source: Elastic Load Balancing API Reference, GetTrustStoreCaCertificatesBundle, GetTrustStoreRevocationContent:
/// "a pre-signed S3 URI which is active for ten minutes".
package enum TrustStoreLink {
    package static let path = "/_roost/trust-stores"

    private static let lifetime: Duration = .seconds(600)
    private static let purpose = "trust-store-link"

    /// Makes the address.
    /// - Parameters:
    ///   - endpoint: where the region is reached.
    ///   - revocation: the number of a revocation list; nil for the bundle.
    package static func make(
        _ endpoint: String, _ trustStore: Key<TrustStoreRecord>, revocation: Int?, _ vault: Vault,
        _ context: inout DecisionContext
    ) -> String {
        let end = context.now.advanced(by: lifetime).milliseconds
        let text = "\(trustStore.path)\n\(revocation ?? 0)\n\(end)"
        let token = vault.seal(Array(text.utf8), for: purpose, &context.random)
        return "\(endpoint)\(path)?token=\(PercentCoding.encode(token))"
    }

    /// What the address of a token stands for.
    /// - Returns: PEM; nil for a token that is none of ours, has expired, or names what is gone.
    package static func content(of token: String, _ snapshot: Snapshot, at now: Timestamp) -> String? {
        guard let bytes = snapshot.vault.open(token, for: purpose) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        guard parts.count == 3, let revocation = Int(parts[1]), let end = Int64(parts[2]), now.milliseconds < end
        else { return nil }
        let key = Key<TrustStoreRecord>(path: parts[0])
        guard revocation > 0 else { return snapshot.get(key)?.bundlePEM }
        return snapshot.get(TrustStoreRevocationRecord.key(key, revocation))?.pem
    }
}
