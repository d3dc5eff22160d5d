import AWSModels
import AWSWire

/// A certificate that was imported into ACM, with its private key under seal.
package struct CertificateRecord: Record {
    /// A UUID.
    package var id = ""
    /// The common name, or the first alternative name.
    package var domainName = ""
    package var subjectAlternativeNames: [String] = []
    package var certificatePEM = ""
    /// Certificates of the issuers, one behind another; nil for none.
    package var chainPEM: String?
    /// What `Vault.seal` made of the private key's PEM. The key in clear is never stored, logged or answered.
    package var sealedPrivateKey = ""
    package var serial = ""
    package var subject = ""
    package var issuer = ""
    package var keyAlgorithm = ACM.KeyAlgorithm.rsa2048
    package var signatureAlgorithm = ""
    package var notBefore = Timestamp(milliseconds: 0)
    package var notAfter = Timestamp(milliseconds: 0)
    package var createdAt = Timestamp(milliseconds: 0)
    package var importedAt = Timestamp(milliseconds: 0)
    package var tags: [ACM.Tag] = []

    package init() {}

    package static func key(_ id: String) -> Key<CertificateRecord> { Key(path: id) }
    package var key: Key<CertificateRecord> { CertificateRecord.key(id) }

    /// The key of the certificate with an ARN of this realm; nil for other ARNs.
    package static func key(arn: String, _ realm: Realm) -> Key<CertificateRecord>? {
        let prefix = realm.arn("acm", "certificate/")
        guard arn.hasPrefix(prefix) else { return nil }
        let id = arn.dropFirst(prefix.count)
        return id.isEmpty || id.contains("/") ? nil : key(String(id))
    }

    /// What the private key is sealed for.
    package var vaultName: String { "certificate/\(id)" }

    /// The private key in clear, for a balancer node and nobody else; nil when the vault has another key.
    package func privateKeyPEM(_ vault: Vault) -> String? {
        vault.open(sealedPrivateKey, for: vaultName).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.arn("acm", "certificate/\(id)") }

    package static let fields = FieldTable<CertificateRecord>([
        .init("id", \.id),
        .init("domainName", \.domainName),
        .init("subjectAlternativeNames", \.subjectAlternativeNames),
        .init("certificatePEM", \.certificatePEM),
        .init("chainPEM", \.chainPEM),
        .init("sealedPrivateKey", \.sealedPrivateKey),
        .init("serial", \.serial),
        .init("subject", \.subject),
        .init("issuer", \.issuer),
        .init("keyAlgorithm", \.keyAlgorithm),
        .init("signatureAlgorithm", \.signatureAlgorithm),
        .init("notBefore", \.notBefore),
        .init("notAfter", \.notAfter),
        .init("createdAt", \.createdAt),
        .init("importedAt", \.importedAt),
        .init("tags", \.tags),
    ])
}
