import APIPipeline
import AWSWire

/// Certificates that authorities have taken back, as a client has put them into S3: PEM or DER.
/// Source: RFC 5280, section 5.1.
struct RevocationList {
    /// In PEM; ends with a line feed.
    let pem: String
    let entryCount: Int

    /// Of all lists of a trust store: balancer nodes get them in one message.
    static let largestText = 1 << 20
    private static let label = "X509 CRL"

    /// - Throws: `InvalidRevocationContent`.
    init(_ bytes: [UInt8]) throws(WireError) {
        guard bytes.count <= RevocationList.largestText else { throw .revocationsTooLarge }
        let isDER = bytes.first == DERReader.Tag.sequence
        let blocks = isDER ? [PEM(label: RevocationList.label, bytes: bytes)] : PEM.blocks(bytes) ?? []
        guard !blocks.isEmpty, blocks.allSatisfy({ $0.label == RevocationList.label }) else {
            throw .invalidRevocations
        }
        var count = 0
        for block in blocks {
            do { count += try RevocationList.entries(of: block.bytes) } catch { throw .invalidRevocations }
        }
        pem = blocks.map { $0.text + "\n" }.joined()
        entryCount = count
    }

    /// How many certificates are in a list.
    private static func entries(of bytes: [UInt8]) throws(DERReader.Failure) -> Int {
        var body = try SignedDER.body(of: bytes)
        // A version that is not said is 1.
        _ = try body.optional(DERReader.Tag.integer)
        for _ in ["signature", "issuer"] { _ = try body.next(DERReader.Tag.sequence) }
        try readTime(&body)
        if [DERReader.Tag.utcTime, DERReader.Tag.generalizedTime].contains(body.nextTag) { try readTime(&body) }
        var count = 0
        if let revoked = try body.optional(DERReader.Tag.sequence) {
            var entries = revoked.reader
            while !entries.isAtEnd {
                var entry = try entries.next(DERReader.Tag.sequence).reader
                _ = try entry.next(DERReader.Tag.integer)
                try readTime(&entry)
                _ = try entry.optional(DERReader.Tag.sequence)
                guard entry.isAtEnd else { throw DERReader.Failure() }
                count += 1
            }
        }
        _ = try body.optional(DERReader.Tag.context(0, isConstructed: true))
        guard body.isAtEnd else { throw DERReader.Failure() }
        return count
    }

    private static func readTime(_ reader: inout DERReader) throws(DERReader.Failure) {
        let tag = try reader.next().tag
        guard [DERReader.Tag.utcTime, DERReader.Tag.generalizedTime].contains(tag) else { throw DERReader.Failure() }
    }
}

extension WireError {
    fileprivate static var invalidRevocations: WireError {
        .invalidRevocationContent("The provided revocation file is an invalid format, or uses an incorrect algorithm")
    }

    static var revocationsTooLarge: WireError {
        .invalidRevocationContent(
            "The revocation files of a trust store cannot be larger than \(RevocationList.largestText) bytes here")
    }
}
