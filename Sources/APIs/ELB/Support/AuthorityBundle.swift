import APIPipeline
import AWSWire

/// The certificates of authorities that a trust store is made of.
/// Source: Application Load Balancers guide, Mutual TLS; Quotas, "Certificates".
struct AuthorityBundle {
    /// All of them in PEM, in the order in which they came; ends with a line feed.
    let pem: String
    let count: Int

    private static let largestCertificate = 16 << 10
    private static let largestSubjects = 10_000
    /// More text than the certificates can have.
    private static let largestText = 1 << 20

    /// Reads what a client has put into S3.
    /// - Throws: `InvalidCaCertificatesBundle`.
    init(_ bytes: [UInt8]) throws(WireError) {
        guard bytes.count <= AuthorityBundle.largestText, let blocks = PEM.blocks(bytes), !blocks.isEmpty,
            blocks.allSatisfy({ $0.label == "CERTIFICATE" })
        else { throw .invalidBundle }
        guard blocks.count <= Quotas.certificatesPerTrustStore else {
            throw .invalidCaCertificatesBundle(
                "The CA certificates bundle can have at most \(Quotas.certificatesPerTrustStore) certificates")
        }
        var subjects = 0
        for block in blocks {
            guard block.bytes.count <= AuthorityBundle.largestCertificate else {
                throw .invalidCaCertificatesBundle("A CA certificate cannot be larger than 16 KB")
            }
            do { subjects += try AuthorityBundle.subject(ofCertificate: block.bytes).count } catch {
                throw .invalidBundle
            }
        }
        guard subjects <= AuthorityBundle.largestSubjects else {
            throw .invalidCaCertificatesBundle(
                "The subjects of the CA certificates cannot be larger than \(AuthorityBundle.largestSubjects) bytes")
        }
        pem = blocks.map { $0.text + "\n" }.joined()
        count = blocks.count
    }

    /// The subject of what has the form of a certificate.
    /// Source: RFC 5280, section 4.1.
    private static func subject(ofCertificate bytes: [UInt8]) throws(DERReader.Failure) -> ArraySlice<UInt8> {
        var body = try SignedDER.body(of: bytes)
        _ = try body.optional(DERReader.Tag.context(0, isConstructed: true))
        _ = try body.next(DERReader.Tag.integer)
        for _ in ["signature", "issuer", "validity"] { _ = try body.next(DERReader.Tag.sequence) }
        let subject = try body.next(DERReader.Tag.sequence)
        var key = try body.next(DERReader.Tag.sequence).reader
        _ = try key.next(DERReader.Tag.sequence)
        _ = try key.bitString()
        while !body.isAtEnd { _ = try body.next() }
        return subject.whole
    }
}

/// What certificates and revocation lists have in common: a body, the algorithm of its signature, the signature.
enum SignedDER {
    static func body(of bytes: [UInt8]) throws(DERReader.Failure) -> DERReader {
        var outer = DERReader(bytes[...])
        var parts = try outer.next(DERReader.Tag.sequence).reader
        guard outer.isAtEnd else { throw DERReader.Failure() }
        let body = try parts.next(DERReader.Tag.sequence)
        var algorithm = try parts.next(DERReader.Tag.sequence).reader
        _ = try algorithm.objectIdentifier()
        _ = try parts.bitString()
        guard parts.isAtEnd else { throw DERReader.Failure() }
        return body.reader
    }
}

extension WireError {
    fileprivate static var invalidBundle: WireError {
        .invalidCaCertificatesBundle("The specified ca certificate bundle is in an invalid format, or corrupt")
    }
}
