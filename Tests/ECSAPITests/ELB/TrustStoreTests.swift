import ACMAPI
import APIPipeline
import AWSModels
import AWSWire
import State
import Testing

@testable import ELBAPI

/// The life of trust stores, and listeners that verify their clients against them.
@Suite("Trust stores") struct TrustStoreTests {
    private let balanced = BalancedRegion()
    private var region: TestRegion { balanced.region }

    private func create(_ name: String = "clients", _ key: String = "two.pem") -> JSONValue {
        let input = TrustStoreTests.bundle(key, "Name", .string(name))
        return region.make(ELB.Operations.createTrustStore, input, "TrustStoreArn")
    }

    private static func bundle(_ key: String, _ name: String, _ value: JSONValue) -> JSONValue {
        .object([
            JSONMember(name, value), JSONMember("CaCertificatesBundleS3Bucket", "trust"),
            JSONMember("CaCertificatesBundleS3Key", .string(key)),
        ])
    }

    private func add(_ store: JSONValue, _ keys: String...) -> Answer {
        let contents = keys.map { key -> JSONValue in ["S3Bucket": "trust", "S3Key": .string(key)] }
        return region.call(
            ELB.Operations.addTrustStoreRevocations, ["TrustStoreArn": store, "RevocationContents": .array(contents)])
    }

    private func certificate() throws -> JSONValue {
        func base64(_ text: String) -> JSONValue {
            .string(String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self))
        }
        let input: JSONValue = [
            "Certificate": base64(SampleCertificates.rsaCertificate), "PrivateKey": base64(SampleCertificates.rsaKey),
        ]
        return try #require(region.call(ACM.Operations.importCertificate, input).json["CertificateArn"])
    }

    private func listen(
        _ port: JSONValue, _ certificate: JSONValue, _ authentication: JSONValue, protocol name: JSONValue = "HTTPS"
    ) -> Answer {
        region.call(
            ELB.Operations.createListener,
            [
                "LoadBalancerArn": balanced.application, "Protocol": name, "Port": port,
                "Certificates": name == "HTTPS" ? [["CertificateArn": certificate]] : [],
                "DefaultActions": [["Type": "fixed-response", "FixedResponseConfig": ["StatusCode": "200"]]],
                "MutualAuthentication": authentication,
            ])
    }

    @Test("revocation lists get numbers that never come again, and count")
    func revocations() throws {
        let store = create()
        let added = add(store, "crl.pem", "empty.crl.pem")
        #expect(added.texts(of: "RevocationId") == ["1", "2"])
        #expect(added.texts(of: "NumberOfRevokedEntries") == ["2", "0"])
        func remove(_ ids: JSONValue...) -> Answer {
            region.call(
                ELB.Operations.removeTrustStoreRevocations, ["TrustStoreArn": store, "RevocationIds": .array(ids)])
        }
        #expect(remove(2, 3).code == "RevocationIdNotFound")
        #expect(remove(1).status == 200)
        #expect(add(store, "crl.pem").texts(of: "RevocationId") == ["3"])
        let all = region.call(ELB.Operations.describeTrustStoreRevocations, ["TrustStoreArn": store])
        #expect(all.texts(of: "RevocationId") == ["2", "3"])
        let one = region.call(
            ELB.Operations.describeTrustStoreRevocations, ["TrustStoreArn": store, "RevocationIds": [3]])
        #expect(one.texts(of: "NumberOfRevokedEntries") == ["2"])
        let described = region.call(ELB.Operations.describeTrustStores)
        #expect(described.texts(of: "TotalRevokedEntries") == ["2"])
        #expect(add(store, "nowhere").code == "RevocationContentNotFound")
        #expect(add(store, "crl.pem", "ca.pem").code == "InvalidRevocationContent", "a certificate is no list")
        #expect(add(store, "long.crl.pem").code == "InvalidRevocationContent")
        #expect(region.snapshot.table(TrustStoreRevocationRecord.self).count == 2, "all of a request or nothing")
        #expect(region.call(ELB.Operations.deleteTrustStore, ["TrustStoreArn": store]).status == 200)
        #expect(region.snapshot.table(TrustStoreRevocationRecord.self).count == 0)
    }

    @Test("a store has 30 lists at most, a bundle 25 certificates, an account 20 stores")
    func quotas() {
        let store = create()
        for _ in 1...30 { #expect(add(store, "empty.crl.pem").status == 200) }
        #expect(add(store, "empty.crl.pem").code == "ValidationError")
        let many = TrustStoreTests.bundle("26.pem", "TrustStoreArn", store)
        #expect(region.call(ELB.Operations.modifyTrustStore, many).code == "InvalidCaCertificatesBundle")
        let fewer = region.call(
            ELB.Operations.modifyTrustStore, TrustStoreTests.bundle("ca.pem", "TrustStoreArn", store))
        #expect(fewer.texts(of: "NumberOfCaCertificates") == ["1"])
        for number in 2...20 { _ = create("clients\(number)") }
        let more = TrustStoreTests.bundle("ca.pem", "Name", "clients21")
        #expect(region.call(ELB.Operations.createTrustStore, more).code == "TooManyTrustStores")
    }

    @Test("a listener verifies against a trust store, which stays as long as it is used")
    func listeners() throws {
        let (store, certificate) = (create(), try certificate())
        let verify: JSONValue = ["Mode": "verify", "TrustStoreArn": store]
        let made = listen(443, certificate, verify)
        #expect(made.texts(of: "TrustStoreAssociationStatus") == ["active"])
        #expect(made.texts(of: "IgnoreClientCertificateExpiry") == ["false"])
        #expect(made.texts(of: "AdvertiseTrustStoreCaNames") == ["off"])
        let arn = JSONValue.string(made.texts(of: "ListenerArn").first ?? "")
        #expect(listen(443, certificate, verify).status == 200, "the same again is the one that is there")
        #expect(listen(443, certificate, ["Mode": "off"]).code == "DuplicateListener")
        #expect(listen(444, certificate, verify).status == 200)
        #expect(listen(445, certificate, verify).code == "TooManyListeners")
        #expect(listen(446, certificate, ["Mode": "passthrough"]).status == 200)

        let users = region.call(ELB.Operations.describeTrustStoreAssociations, ["TrustStoreArn": store])
        #expect(users.texts(of: "ResourceArn").count == 2 && users.text.contains(arn.stringValue ?? "-"))
        #expect(region.call(ELB.Operations.deleteTrustStore, ["TrustStoreArn": store]).code == "TrustStoreInUse")
        func endShared(_ resource: JSONValue) -> String? {
            region.call(
                ELB.Operations.deleteSharedTrustStoreAssociation, ["TrustStoreArn": store, "ResourceArn": resource]
            ).code
        }
        #expect(endShared(arn) == "DeleteAssociationSameAccount")
        #expect(endShared(balanced.listener) == "AssociationNotFound")

        let others = region.snapshot.list(ListenerRecord.self).filter { $0.trustStore(region.snapshot.realm) != nil }
        for listener in others {
            let off = region.call(
                ELB.Operations.modifyListener,
                ["ListenerArn": .string(listener.arn(region.snapshot.realm)), "MutualAuthentication": ["Mode": "off"]])
            #expect(off.texts(of: "Mode") == ["off"] && off.texts(of: "TrustStoreArn").isEmpty)
        }
        #expect(region.call(ELB.Operations.deleteTrustStore, ["TrustStoreArn": store]).status == 200)
    }

    @Test("what a listener cannot ask of its clients")
    func refusals() throws {
        let (store, certificate) = (create(), try certificate())
        let rows: [(JSONValue, String)] = [
            (["Mode": "verify"], "ValidationError"),
            (["Mode": "verify", "TrustStoreArn": "arn:aws:x"], "TrustStoreNotFound"),
            (["Mode": "verify", "TrustStoreArn": balanced.application], "TrustStoreNotFound"),
            (["Mode": "check", "TrustStoreArn": store], "ValidationError"),
            (["Mode": "off", "TrustStoreArn": store], "ValidationError"),
            (["Mode": "passthrough", "IgnoreClientCertificateExpiry": true], "ValidationError"),
        ]
        for (input, code) in rows { #expect(listen(443, certificate, input).code == code, "\(input)") }
        #expect(listen(81, certificate, ["Mode": "off"], protocol: "HTTP").code == "ValidationError")
    }

    @Test("the addresses of a store's parts give PEM for ten minutes, and cannot be made up")
    func links() throws {
        let store = create()
        #expect(add(store, "crl.pem").status == 200)
        let locations = [
            region.call(ELB.Operations.getTrustStoreCaCertificatesBundle, ["TrustStoreArn": store]),
            region.call(ELB.Operations.getTrustStoreRevocationContent, ["TrustStoreArn": store, "RevocationId": 1]),
        ].compactMap { $0.texts(of: "Location").first }
        let tokens = locations.compactMap { location -> String? in
            let parts = location.split(separator: "?")
            #expect(parts.first == "http://127.0.0.1:4566/_roost/trust-stores")
            return parts.last.flatMap { QueryForm(query: String($0)).value("token") }
        }
        try #require(tokens.count == 2)
        let (snapshot, now) = (region.snapshot, region.now)
        let contents = tokens.map { TrustStoreLink.content(of: $0, snapshot, at: now) ?? "" }
        #expect(contents[0].contains("BEGIN CERTIFICATE") && contents[1].contains("BEGIN X509 CRL"))
        #expect(contents[1] == SampleRevocations.two + "\n")
        let later = now.advanced(by: .seconds(600))
        #expect(TrustStoreLink.content(of: tokens[0], snapshot, at: later) == nil)
        #expect(TrustStoreLink.content(of: tokens[0] + "A", snapshot, at: now) == nil)
        #expect(TrustStoreLink.content(of: "", snapshot, at: now) == nil)
    }

    @Test("tags of trust stores")
    func tags() {
        let store = create()
        let tags: JSONValue = [["Key": "a", "Value": "b"]]
        #expect(region.call(ELB.Operations.addTags, ["ResourceArns": [store], "Tags": tags]).status == 200)
        let described = region.call(ELB.Operations.describeTags, ["ResourceArns": [store]])
        #expect(described.texts(of: "Key") == ["a"])
    }

    @Test("certificates and lists that are damaged anywhere are refused or read, and nothing else")
    func damaged() throws {
        var random = SeededRandom(seed: 7)
        let texts = [SampleCertificates.root, SampleRevocations.two, SampleRevocations.none]
        let ders = texts.map { text -> [UInt8] in
            let lines = text.split(separator: "\n").dropFirst().dropLast()
            return Base64.decode(lines.joined().utf8) ?? []
        }
        #expect(try RevocationList(ders[1]).entryCount == 2, "DER is taken as well as PEM")
        for der in ders {
            for length in 0..<der.count {
                let cut = Array(der.prefix(length))
                #expect(throws: WireError.self) { try RevocationList(cut) }
                let pem = PEM(label: "CERTIFICATE", bytes: cut).text
                #expect(throws: WireError.self) { try AuthorityBundle(Array(pem.utf8)) }
            }
            for _ in 0..<2_000 {
                var bytes = der
                for _ in 0...random.next(upperBound: 3 as UInt64) {
                    bytes[Int(random.next(upperBound: UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: random.next())
                }
                let count = (try? RevocationList(bytes))?.entryCount ?? 0
                #expect((0...2).contains(count) || count < bytes.count / 4)
                let pem = PEM(label: "CERTIFICATE", bytes: bytes).text
                #expect([nil, 1].contains((try? AuthorityBundle(Array(pem.utf8)))?.count))
            }
        }
    }
}
