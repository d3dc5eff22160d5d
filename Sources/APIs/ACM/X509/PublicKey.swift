import APIPipeline
import AWSModels
import Crypto

/// A public key, for comparing: of a certificate, or belonging to a private key.
enum PublicKey: Equatable {
    case rsa(modulus: [UInt8], exponent: [UInt8])
    /// - Parameter point: uncompressed.
    case elliptic(curve: Curve, point: [UInt8])

    enum Curve: String {
        case p256 = "1.2.840.10045.3.1.7"
        case p384 = "1.3.132.0.34"
        case p521 = "1.3.132.0.35"
    }

    private static let rsaEncryption = "1.2.840.113549.1.1.1"
    private static let ellipticKey = "1.2.840.10045.2.1"

    /// What ACM calls the key; nil for a kind that it does not take.
    /// Source: AWS Certificate Manager User Guide, Prerequisites for importing ACM certificates.
    var algorithm: ACM.KeyAlgorithm? {
        switch self {
        case .rsa(let modulus, _):
            switch modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0) {
            case 1_024: .rsa1024
            case 2_048: .rsa2048
            case 3_072: .rsa3072
            case 4_096: .rsa4096
            default: nil
            }
        case .elliptic(.p256, _): .ecPrime256v1
        case .elliptic(.p384, _): .ecSecp384r1
        case .elliptic(.p521, _): .ecSecp521r1
        }
    }

    /// Reads the SubjectPublicKeyInfo of a certificate.
    init(subjectInfo: DERReader.Element) throws(DERReader.Failure) {
        var reader = subjectInfo.reader
        var identifier = try reader.next(DERReader.Tag.sequence).reader
        let bits = try reader.bitString()
        switch try identifier.objectIdentifier() {
        case PublicKey.rsaEncryption:
            var outer = DERReader(bits)
            var key = try outer.next(DERReader.Tag.sequence).reader
            self = .rsa(modulus: Array(try key.number()), exponent: Array(try key.number()))
        case PublicKey.ellipticKey:
            guard let curve = Curve(rawValue: try identifier.objectIdentifier()) else { throw DERReader.Failure() }
            self = .elliptic(curve: curve, point: Array(bits))
        default: throw DERReader.Failure()
        }
    }

    /// Reads a private key, and works out the public one.
    /// - Parameter block: PKCS #8, PKCS #1 or SEC 1.
    init(privateKey block: PEM) throws(DERReader.Failure) {
        var outer = DERReader(block.bytes[...])
        var reader = try outer.next(DERReader.Tag.sequence).reader
        switch block.label {
        case "RSA PRIVATE KEY": try self.init(rsa: &reader)
        case "EC PRIVATE KEY": try self.init(elliptic: &reader, curve: nil)
        case "PRIVATE KEY":
            _ = try reader.number()
            var identifier = try reader.next(DERReader.Tag.sequence).reader
            let kind = try identifier.objectIdentifier()
            var inner = try reader.next(DERReader.Tag.octetString).reader
            var key = try inner.next(DERReader.Tag.sequence).reader
            if kind == PublicKey.rsaEncryption {
                try self.init(rsa: &key)
            } else if kind == PublicKey.ellipticKey {
                try self.init(elliptic: &key, curve: try identifier.objectIdentifier())
            } else {
                throw DERReader.Failure()
            }
        default: throw DERReader.Failure()
        }
    }

    /// Source: RFC 8017, appendix A.1.2, RSAPrivateKey.
    private init(rsa reader: inout DERReader) throws(DERReader.Failure) {
        _ = try reader.number()
        self = .rsa(modulus: Array(try reader.number()), exponent: Array(try reader.number()))
    }

    /// Source: RFC 5915, section 3, ECPrivateKey.
    private init(elliptic reader: inout DERReader, curve: String?) throws(DERReader.Failure) {
        _ = try reader.number()
        let secret = Array(try reader.next(DERReader.Tag.octetString).content)
        var name = curve
        if let parameters = try reader.optional(DERReader.Tag.context(0, isConstructed: true)) {
            var inner = parameters.reader
            name = try inner.objectIdentifier()
        }
        guard let curve = name.flatMap(Curve.init(rawValue:)), let point = PublicKey.point(of: secret, curve) else {
            throw DERReader.Failure()
        }
        self = .elliptic(curve: curve, point: point)
    }

    private static func point(of secret: [UInt8], _ curve: Curve) -> [UInt8]? {
        switch curve {
        case .p256:
            (try? P256.Signing.PrivateKey(rawRepresentation: secret)).map { Array($0.publicKey.x963Representation) }
        case .p384:
            (try? P384.Signing.PrivateKey(rawRepresentation: secret)).map { Array($0.publicKey.x963Representation) }
        case .p521:
            (try? P521.Signing.PrivateKey(rawRepresentation: secret)).map { Array($0.publicKey.x963Representation) }
        }
    }
}
