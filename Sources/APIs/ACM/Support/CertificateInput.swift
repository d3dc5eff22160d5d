import APIPipeline
import AWSModels
import AWSWire
import State

/// A certificate, its chain and its private key, as ImportCertificate takes them.
/// Source: AWS Certificate Manager User Guide, Prerequisites for importing ACM certificates.
struct CertificateInput {
    let certificate: X509Certificate
    let certificatePEM: String
    let chainPEM: String?
    let privateKeyPEM: String
    let algorithm: ACM.KeyAlgorithm

    /// The most names of a certificate that are kept.
    private static let maximumNames = 100

    /// - Throws: `ValidationException` when the parts cannot be read or do not belong together, or when the certificate
    ///   is not valid at the time.
    init(_ input: ACM.ImportCertificateRequest, at now: Timestamp) throws(WireError) {
        let leaf = try CertificateInput.certificates(input.certificate, "certificate")
        guard leaf.count == 1 else {
            throw .validation(
                "The certificate field contains more than one certificate. You can specify only one certificate in "
                    + "this field.")
        }
        certificate = leaf[0].certificate
        certificatePEM = leaf[0].block.text
        guard let algorithm = certificate.key.algorithm else {
            throw .validation("The key algorithm of the certificate is not supported.")
        }
        self.algorithm = algorithm
        guard certificate.notBefore <= now, now < certificate.notAfter else {
            throw .validation("The certificate is not in its valid date range.")
        }
        guard certificate.dnsNames.count <= CertificateInput.maximumNames else {
            throw .validation("The certificate has more than \(CertificateInput.maximumNames) domain names.")
        }
        privateKeyPEM = try CertificateInput.privateKey(input.privateKey, of: certificate)
        chainPEM = try CertificateInput.chain(input.certificateChain, of: certificate)
    }

    private static func certificates(
        _ bytes: [UInt8], _ field: String
    ) throws(WireError) -> [(block: PEM, certificate: X509Certificate)] {
        guard let blocks = PEM.blocks(bytes), !blocks.isEmpty, blocks.allSatisfy({ $0.label == "CERTIFICATE" }) else {
            throw .validation("The \(field) that was specified is not in PEM format.")
        }
        var result: [(block: PEM, certificate: X509Certificate)] = []
        for block in blocks {
            guard let certificate = try? X509Certificate(block.bytes) else {
                throw .validation("The \(field) that was specified cannot be read as an X.509 certificate.")
            }
            result.append((block, certificate))
        }
        return result
    }

    private static func privateKey(_ bytes: [UInt8], of certificate: X509Certificate) throws(WireError) -> String {
        guard let blocks = PEM.blocks(bytes) else {
            throw .validation("The private key that was specified is not in PEM format.")
        }
        // OpenSSL writes the parameters of a curve before the key.
        let keys = blocks.filter { $0.label != "EC PARAMETERS" }
        guard keys.count == 1, keys[0].label.hasSuffix("PRIVATE KEY") else {
            throw .validation("The private key that was specified is not in PEM format.")
        }
        guard keys[0].label != "ENCRYPTED PRIVATE KEY" else {
            throw .validation("The private key is encrypted. You can import an unencrypted private key only.")
        }
        guard let key = try? PublicKey(privateKey: keys[0]) else {
            throw .validation("The private key that was specified cannot be read.")
        }
        guard key == certificate.key else {
            throw .validation("The private key does not match the public key of the certificate.")
        }
        return keys[0].text
    }

    /// Each certificate of a chain has issued the one before it.
    private static func chain(_ bytes: [UInt8]?, of certificate: X509Certificate) throws(WireError) -> String? {
        guard let bytes else { return nil }
        let chain = try certificates(bytes, "certificate chain")
        var issuer = certificate.issuer
        for link in chain {
            guard link.certificate.subject == issuer else {
                throw .validation("Could not validate the certificate with the certificate chain.")
            }
            issuer = link.certificate.issuer
        }
        return chain.map(\.block.text).joined(separator: "\n")
    }
}

extension CertificateRecord {
    /// Takes over what was imported.
    mutating func take(_ input: CertificateInput, _ vault: Vault, _ context: inout DecisionContext) {
        let certificate = input.certificate
        let common = certificate.subject.value("CN")
        subjectAlternativeNames = certificate.dnsNames.isEmpty ? [common].compactMap { $0 } : certificate.dnsNames
        domainName = common ?? certificate.dnsNames.first ?? ""
        certificatePEM = input.certificatePEM
        chainPEM = input.chainPEM
        sealedPrivateKey = vault.seal(Array(input.privateKeyPEM.utf8), for: vaultName, &context.random)
        serial = certificate.serial.hexPairs
        subject = certificate.subject.text
        issuer = certificate.issuer.value("O") ?? certificate.issuer.value("CN") ?? certificate.issuer.text
        keyAlgorithm = input.algorithm
        signatureAlgorithm = SignatureAlgorithms.name(certificate.signatureAlgorithm)
        (notBefore, notAfter) = (certificate.notBefore, certificate.notAfter)
        importedAt = context.now
    }
}

/// What ACM calls the algorithms of signatures.
private enum SignatureAlgorithms {
    private static let names = [
        "1.2.840.113549.1.1.5": "SHA1WITHRSA", "1.2.840.113549.1.1.11": "SHA256WITHRSA",
        "1.2.840.113549.1.1.12": "SHA384WITHRSA", "1.2.840.113549.1.1.13": "SHA512WITHRSA",
        "1.2.840.10045.4.3.2": "SHA256WITHECDSA", "1.2.840.10045.4.3.3": "SHA384WITHECDSA",
        "1.2.840.10045.4.3.4": "SHA512WITHECDSA",
    ]

    static func name(_ identifier: String) -> String { names[identifier] ?? identifier }
}

extension [UInt8] {
    /// For example `0a:1b:2c`.
    fileprivate var hexPairs: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}
