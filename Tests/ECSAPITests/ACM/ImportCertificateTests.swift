import AWSModels
import AWSWire
import State
import Testing

@Suite("Importing certificates")
struct ImportCertificateTests {
    private typealias Samples = SampleCertificates

    /// Imports, and returns the answer.
    private func importing(
        _ certificate: String, _ key: String, chain: String? = nil, into region: TestRegion = TestRegion()
    ) -> Answer {
        var input: [JSONMember] = [
            JSONMember("Certificate", .string(base64(certificate))), JSONMember("PrivateKey", .string(base64(key))),
        ]
        if let chain { input.append(JSONMember("CertificateChain", .string(base64(chain)))) }
        return region.call(ACM.Operations.importCertificate, .object(input))
    }

    private func base64(_ text: String) -> String { String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self) }

    @Test(
        "a certificate and its key are taken in every usual form",
        arguments: [
            (Samples.rsaCertificate, Samples.rsaKey, "RSA_2048", "example.com"),
            (Samples.rsaCertificate, Samples.rsaKeyPKCS1, "RSA_2048", "example.com"),
            (Samples.ellipticCertificate, Samples.ellipticKey, "EC_prime256v1", "ec.example.com"),
            ("Bag Attributes\n" + Samples.rsaCertificate + "\r\n", Samples.rsaKey, "RSA_2048", "example.com"),
        ])
    func taken(certificate: String, key: String, algorithm: String, domain: String) throws {
        let region = TestRegion()
        let arn = try #require(importing(certificate, key, into: region).json["CertificateArn"]?.stringValue)
        let detail = region.call(ACM.Operations.describeCertificate, ["CertificateArn": .string(arn)])
            .json["Certificate"]
        #expect(detail?["KeyAlgorithm"]?.stringValue == algorithm)
        #expect(detail?["DomainName"]?.stringValue == domain)
        #expect(detail?["Issuer"]?.stringValue == "Roost Tests")
        #expect(detail?["Status"]?.stringValue == "ISSUED")
        #expect(detail?["SignatureAlgorithm"]?.stringValue == "SHA256WITHRSA")
        #expect(detail?["NotAfter"]?.doubleValue == 2_366_841_600)  // 2045-01-01
    }

    @Test("names come from the extension, and addresses are no names")
    func names() throws {
        let region = TestRegion()
        _ = importing(Samples.rsaCertificate, Samples.rsaKey, into: region)
        let record = try #require(region.snapshot.list(CertificateRecord.self).first)
        #expect(record.subjectAlternativeNames == ["example.com", "*.example.com"])
        #expect(record.serial == "0a:1b:2d")
        #expect(record.subject == "CN=example.com,O=Roost")
    }

    @Test(
        "what does not belong together is refused",
        arguments: [
            (Samples.rsaCertificate, Samples.otherKey, nil, "does not match"),
            (Samples.rsaCertificate, Samples.ellipticKey, nil, "does not match"),
            (Samples.rsaCertificate, Samples.encryptedKey, nil, "encrypted"),
            (Samples.rsaCertificate, Samples.rsaCertificate, nil, "not in PEM format"),
            (Samples.rsaCertificate + "\n" + Samples.root, Samples.rsaKey, nil, "more than one certificate"),
            (Samples.expiredCertificate, Samples.expiredKey, nil, "valid date range"),
            (Samples.rsaCertificate, Samples.rsaKey, Samples.ellipticCertificate, "certificate chain"),
            ("no certificate", Samples.rsaKey, nil, "not in PEM format"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", Samples.rsaKey, nil, "cannot be read"),
            (Samples.rsaCertificate.replacing("-----END", with: "-----STOP"), Samples.rsaKey, nil, "not in PEM format"),
        ] as [(String, String, String?, String)])
    func refused(certificate: String, key: String, chain: String?, message: String) {
        let answer = importing(certificate, key, chain: chain)
        #expect(answer.code == "ValidationException")
        #expect(answer.message.contains(message), "\(answer.message)")
    }

    @Test("the private key is under seal in the store, and opens with the region's vault only")
    func sealed() throws {
        let region = TestRegion()
        #expect(importing(Samples.rsaCertificate, Samples.rsaKey, chain: Samples.root, into: region).status == 200)
        let record = try #require(region.snapshot.list(CertificateRecord.self).first)
        let stored = String(decoding: record.storedBytes(), as: UTF8.self)
        let middle = Samples.rsaKey.split(separator: "\n")[5]
        #expect(!stored.contains("PRIVATE KEY") && !stored.contains(middle))
        #expect(record.privateKeyPEM(region.snapshot.vault) == Samples.rsaKey)
        #expect(record.privateKeyPEM(Vault(key: Array(repeating: 1, count: 32))) == nil)
        #expect(record.chainPEM == Samples.root)
    }

    @Test("a certificate comes back with its chain, a second import takes its place, and unused it can be deleted")
    func life() throws {
        let region = TestRegion()
        let first = importing(Samples.rsaCertificate, Samples.rsaKey, into: region)
        let arn = try #require(first.json["CertificateArn"])
        let again = region.call(
            ACM.Operations.importCertificate,
            [
                "CertificateArn": arn, "Certificate": .string(base64(Samples.ellipticCertificate)),
                "PrivateKey": .string(base64(Samples.ellipticKey)),
                "CertificateChain": .string(base64(Samples.root)),
            ])
        #expect(again.json["CertificateArn"] == arn)
        let got = region.call(ACM.Operations.getCertificate, ["CertificateArn": arn]).json
        #expect(got["Certificate"]?.stringValue == Samples.ellipticCertificate)
        #expect(got["CertificateChain"]?.stringValue == Samples.root)
        // Without a filter only short RSA keys are listed.
        #expect(
            region.call(ACM.Operations.listCertificates).json["CertificateSummaryList"]?.arrayValue?.isEmpty == true)
        let elliptic = region.call(
            ACM.Operations.listCertificates, ["Includes": ["keyTypes": ["EC_prime256v1"]]]
        ).json["CertificateSummaryList"]?.arrayValue
        #expect(elliptic?.count == 1)
        #expect(region.call(ACM.Operations.deleteCertificate, ["CertificateArn": arn]).status == 200)
        #expect(region.call(ACM.Operations.getCertificate, ["CertificateArn": arn]).code == "ResourceNotFoundException")
    }

    @Test("tags are added, listed and removed")
    func tags() throws {
        let region = TestRegion()
        let answer = importing(Samples.rsaCertificate, Samples.rsaKey, into: region)
        let arn = try #require(answer.json["CertificateArn"])
        let tags: JSONValue = [["Key": "team", "Value": "blue"], ["Key": "stage", "Value": "test"]]
        #expect(
            region.call(ACM.Operations.addTagsToCertificate, ["CertificateArn": arn, "Tags": tags]).status == 200)
        let removed: JSONValue = [["Key": "team"], ["Key": "stage", "Value": "other"]]
        #expect(
            region.call(ACM.Operations.removeTagsFromCertificate, ["CertificateArn": arn, "Tags": removed]).status
                == 200)
        let left = region.call(ACM.Operations.listTagsForCertificate, ["CertificateArn": arn]).json["Tags"]
        #expect(left == [["Key": "stage", "Value": "test"]])
    }

    @Test("damaged certificates and keys are refused, whatever is damaged", arguments: [1, 2, 3] as [UInt64])
    func damaged(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let region = TestRegion()
        for _ in 0..<500 {
            let certificate = damage(Samples.rsaCertificate, &random)
            let key = damage(Bool.random(using: &random) ? Samples.rsaKey : Samples.ellipticKey, &random)
            let answer = importing(certificate, key, into: region)
            #expect(answer.status == 200 || answer.code == "ValidationException", "\(answer.text)")
        }
    }

    /// Changes, cuts or doubles bytes inside the block, so that the base 64 stays readable.
    private func damage(_ pem: String, _ random: inout SeededRandom) -> String {
        let lines = pem.split(separator: "\n").map(String.init)
        guard let start = lines.lastIndex(where: { $0.hasPrefix("-----BEGIN") }),
            var bytes = Base64.decode(lines[(start + 1)..<(lines.count - 1)].joined().utf8)
        else { return pem }
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(at..<min(bytes.count, at + 5))
            default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 9)], at: at)
            }
            if bytes.isEmpty { bytes = [0x30] }
        }
        let text = String(decoding: Base64.encode(bytes), as: UTF8.self)
        return "\(lines[start])\n\(text)\n\(lines[lines.count - 1])"
    }
}
