import APIPipeline
import AWSWire

/// What ACM tells of a certificate.
/// Source: RFC 5280, section 4.1.
struct X509Certificate {
    let serial: [UInt8]
    let issuer: DistinguishedName
    let subject: DistinguishedName
    let notBefore: Timestamp
    let notAfter: Timestamp
    let key: PublicKey
    /// An object identifier.
    let signatureAlgorithm: String
    private(set) var dnsNames: [String] = []

    init(_ bytes: [UInt8]) throws(DERReader.Failure) {
        var outer = DERReader(bytes[...])
        var certificate = try outer.next(DERReader.Tag.sequence).reader
        guard outer.isAtEnd else { throw DERReader.Failure() }
        var body = try certificate.next(DERReader.Tag.sequence).reader
        var algorithm = try certificate.next(DERReader.Tag.sequence).reader
        signatureAlgorithm = try algorithm.objectIdentifier()
        // A version that is not said is 1.
        _ = try body.optional(DERReader.Tag.context(0, isConstructed: true))
        serial = Array(try body.next(DERReader.Tag.integer).content)
        _ = try body.next(DERReader.Tag.sequence)
        issuer = try DistinguishedName(try body.next(DERReader.Tag.sequence))
        var validity = try body.next(DERReader.Tag.sequence).reader
        notBefore = try X509Certificate.time(&validity)
        notAfter = try X509Certificate.time(&validity)
        subject = try DistinguishedName(try body.next(DERReader.Tag.sequence))
        key = try PublicKey(subjectInfo: try body.next(DERReader.Tag.sequence))
        while !body.isAtEnd {
            let element = try body.next()
            if element.tag == DERReader.Tag.context(3, isConstructed: true) { try readExtensions(element) }
        }
    }

    private mutating func readExtensions(_ element: DERReader.Element) throws(DERReader.Failure) {
        var outer = element.reader
        var extensions = try outer.next(DERReader.Tag.sequence).reader
        while !extensions.isAtEnd {
            var item = try extensions.next(DERReader.Tag.sequence).reader
            let kind = try item.objectIdentifier()
            _ = try item.optional(DERReader.Tag.boolean)
            let value = try item.next(DERReader.Tag.octetString)
            if kind == X509Certificate.subjectAlternativeName { try readNames(value) }
        }
    }

    private static let subjectAlternativeName = "2.5.29.17"

    private mutating func readNames(_ value: DERReader.Element) throws(DERReader.Failure) {
        var outer = value.reader
        var names = try outer.next(DERReader.Tag.sequence).reader
        while !names.isAtEnd {
            let name = try names.next()
            guard name.tag == DERReader.Tag.context(2, isConstructed: false) else { continue }
            guard let text = String(validating: name.content, as: UTF8.self) else { throw DERReader.Failure() }
            dnsNames.append(text)
        }
    }

    /// `260101000000Z` with two digits of a year, or `20260101000000Z` with four.
    private static func time(_ reader: inout DERReader) throws(DERReader.Failure) -> Timestamp {
        let element = try reader.next()
        var digits = String(decoding: element.content, as: UTF8.self)
        guard element.tag == DERReader.Tag.utcTime || element.tag == DERReader.Tag.generalizedTime,
            digits.last == "Z", digits.dropLast().utf8.allSatisfy({ (48...57).contains($0) })
        else { throw DERReader.Failure() }
        // Source: RFC 5280, section 4.1.2.5.1: from 50 on it is the last century.
        if element.tag == DERReader.Tag.utcTime { digits = (digits < "50" ? "20" : "19") + digits }
        guard digits.count == 15 else { throw DERReader.Failure() }
        let parts = Array(digits)
        func part(_ range: Range<Int>) -> String { String(parts[range]) }
        let text = "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))Z"
        guard let time = Timestamp(iso8601: text) else { throw DERReader.Failure() }
        return time
    }
}

/// The name of a subject or an issuer.
struct DistinguishedName: Equatable {
    /// The name as it stands in the certificate, for comparing.
    private let bytes: [UInt8]
    /// Short names of attributes and their values, in order.
    let attributes: [(name: String, value: String)]

    /// Source: RFC 4514, section 3; RFC 5280, appendix A.1.
    private static let shortNames = [
        "2.5.4.3": "CN", "2.5.4.5": "SERIALNUMBER", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
        "2.5.4.9": "STREET",
        "2.5.4.10": "O", "2.5.4.11": "OU", "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "EMAILADDRESS",
    ]

    init(_ element: DERReader.Element) throws(DERReader.Failure) {
        bytes = Array(element.whole)
        var attributes: [(name: String, value: String)] = []
        var sets = element.reader
        while !sets.isAtEnd {
            var set = try sets.next(DERReader.Tag.set).reader
            while !set.isAtEnd {
                var pair = try set.next(DERReader.Tag.sequence).reader
                let kind = try pair.objectIdentifier()
                let value = String(decoding: try pair.next().content, as: UTF8.self)
                attributes.append((DistinguishedName.shortNames[kind] ?? kind, value))
            }
        }
        self.attributes = attributes
    }

    /// The first value of an attribute.
    func value(_ name: String) -> String? { attributes.first { $0.name == name }?.value }

    /// For example `C=US,O=Example,CN=example.com`.
    var text: String { attributes.map { "\($0.name)=\($0.value)" }.joined(separator: ",") }

    static func == (left: DistinguishedName, right: DistinguishedName) -> Bool { left.bytes == right.bytes }
}
