import AWSWire
import Testing

@Suite("SigV4")
struct SigV4Tests {
    static let now = Timestamp(iso8601: "2024-11-23T04:29:56Z") ?? Timestamp(milliseconds: 0)
    static let key = Credential(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    static let session = Credential(
        accessKeyID: key.accessKeyID, secretAccessKey: key.secretAccessKey,
        sessionToken: "IQoJb3JpZ2luX2VjEXAMPLE//token+with=chars",
        expiresAt: now.advanced(by: .seconds(3_600)))

    static func verifier(_ credential: Credential = key) -> SigV4.Verifier {
        SigV4.Verifier { $0 == credential.accessKeyID ? credential : nil }
    }

    static func request(_ vector: SigV4Vector) -> HTTPRequestMessage {
        HTTPRequestMessage(
            method: vector.method, rawPath: vector.path, rawQuery: vector.query, headers: HTTPHeaders(vector.headers),
            body: Array(vector.body.utf8))
    }

    /// A signed ListClusters.
    static func signed(_ credential: Credential = key, at time: Timestamp = now) -> HTTPRequestMessage {
        let request = HTTPRequestMessage(
            method: "POST", rawPath: "/",
            headers: [
                "Host": "localhost:4566", "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListClusters",
                "Content-Type": "application/x-amz-json-1.1",
            ], body: Array("{}".utf8))
        return SigV4.Signer(credential, region: "us-east-1", service: "ecs").sign(request, at: time)
    }

    static func failure(
        _ request: HTTPRequestMessage, _ credential: Credential = key, at time: Timestamp = now,
        services: [String] = []
    ) -> WireError? {
        do throws(WireError) {
            _ = try verifier(credential).verify(request, at: time, services: services)
            return nil
        } catch { return error }
    }

    @Test("the signer makes the signatures botocore makes", arguments: SigV4Vector.all)
    func signs(vector: SigV4Vector) {
        let signer = SigV4.Signer(
            vector.hasToken ? Self.session : Self.key, region: vector.region, service: vector.service)
        if let seconds = vector.expirySeconds {
            let signed = signer.presign(Self.request(vector), at: Self.now, expiry: .seconds(seconds))
            #expect(signed.rawQuery == vector.result)
        } else {
            let signed = signer.sign(Self.request(vector), at: Self.now)
            #expect(signed.headers["Authorization"] == vector.result)
        }
    }

    @Test("the verifier accepts what botocore signs", arguments: SigV4Vector.all)
    func verifies(vector: SigV4Vector) throws {
        let credential = vector.hasToken ? Self.session : Self.key
        var request = Self.request(vector)
        if vector.expirySeconds == nil {
            request.headers["Authorization"] = vector.result
            request.headers["X-Amz-Date"] = Self.now.iso8601Basic
            request.headers["X-Amz-Security-Token"] = credential.sessionToken
        } else {
            request.rawQuery = vector.result
        }
        let verified = try Self.verifier(credential).verify(request, at: Self.now)
        #expect(verified.accessKeyID == "AKIDEXAMPLE")
        #expect(verified.region == vector.region)
        #expect(verified.service == vector.service)
    }

    @Test("a change of any signed part is refused")
    func refusesTampering() {
        let changes: [(String, (inout HTTPRequestMessage) -> Void)] = [
            ("method", { $0.method = "GET" }),
            ("path", { $0.rawPath = "/x" }),
            ("query", { $0.rawQuery = "a=1" }),
            ("body", { $0.body.append(0x20) }),
            ("host", { $0.headers["Host"] = "example.com" }),
            ("target", { $0.headers["X-Amz-Target"] = "AmazonEC2ContainerServiceV20141113.DeleteCluster" }),
            ("date", { $0.headers["X-Amz-Date"] = "20241123T042957Z" }),
            ("unsigned header", { $0.headers.add("X-Amz-Other", "1") }),
            ("repeated header", { $0.headers.add("X-Amz-Target", "x") }),
            ("payload hash", { $0.headers["X-Amz-Content-Sha256"] = "UNSIGNED-PAYLOAD" }),
            ("region", { $0.replaceInAuthorization("us-east-1", "us-east-2") }),
            ("service", { $0.replaceInAuthorization("/ecs/", "/sts/") }),
            ("signature", { $0.replaceInAuthorization("Signature=", "Signature=0") }),
        ]
        for (name, change) in changes {
            var request = Self.signed()
            change(&request)
            #expect(Self.failure(request)?.code == "InvalidSignatureException", "\(name)")
        }
    }

    @Test("a plus in a query is a space, as Go's signer signs it: agents dial their sessions so")
    func plus() {
        let path = "/agent/acs/ws"
        let request = HTTPRequestMessage(
            method: "GET", rawPath: path, rawQuery: "dockerVersion=DockerVersion%3A%2020.10.24%2Bdfsg1&seqNum=1",
            headers: ["Host": "localhost"])
        var sent = SigV4.Signer(Self.key, region: "us-east-1", service: "ecs").sign(request, at: Self.now)
        sent.rawQuery = "dockerVersion=DockerVersion%3A+20.10.24%2Bdfsg1&seqNum=1"
        #expect(Self.failure(sent) == nil)
    }

    @Test("a presigned request is bound to its parameters and its life")
    func presigned() {
        let request = HTTPRequestMessage(
            method: "GET", rawPath: "/", rawQuery: "Action=GetCallerIdentity", headers: ["Host": "localhost"])
        let signed = SigV4.Signer(Self.key, region: "us-east-1", service: "sts")
            .presign(request, at: Self.now, expiry: .seconds(60))
        #expect(Self.failure(signed) == nil)
        #expect(Self.failure(signed, at: Self.now.advanced(by: .seconds(60))) == nil)
        #expect(
            Self.failure(signed, at: Self.now.advanced(by: .seconds(61)))?.message.hasPrefix("Signature expired: ")
                == true)
        var changed = signed
        changed.rawQuery = signed.rawQuery.replacing("GetCallerIdentity", with: "AssumeRole")
        #expect(Self.failure(changed)?.code == "InvalidSignatureException")
        changed.rawQuery = signed.rawQuery.replacing("Expires=60", with: "Expires=90000")
        #expect(Self.failure(changed)?.code == "InvalidSignatureException")
        changed.rawQuery = signed.rawQuery.replacing("Expires=60", with: "Expires=9000000")
        #expect(Self.failure(changed)?.code == "IncompleteSignatureException")
    }

    @Test("the clock may be fifteen minutes off")
    func skew() {
        let request = Self.signed()
        #expect(Self.failure(request, at: Self.now.advanced(by: .seconds(900))) == nil)
        #expect(Self.failure(request, at: Self.now.advanced(by: .seconds(-900))) == nil)
        #expect(
            Self.failure(request, at: Self.now.advanced(by: .seconds(901)))?.message
                == "Signature expired: 20241123T042956Z is now earlier than 20241123T042957Z "
                + "(20241123T044457Z - 15 min.)"
        )
        #expect(
            Self.failure(request, at: Self.now.advanced(by: .seconds(-901)))?.message
                == "Signature not yet current: 20241123T042956Z is still later than 20241123T042955Z "
                + "(20241123T041455Z + 15 min.)")
    }

    @Test("a session's key needs its token, and ends")
    func sessions() {
        #expect(Self.failure(Self.signed(Self.session), Self.session) == nil)
        #expect(Self.failure(Self.signed(), Self.session) == .unrecognizedClient)
        #expect(Self.failure(Self.signed(Self.session)) == .unrecognizedClient)
        var ended = Self.session
        ended.expiresAt = Self.now
        #expect(Self.failure(Self.signed(Self.session), ended) == .expiredToken)
    }

    @Test("an unknown key, another secret and another service are told apart")
    func wrongCredentials() {
        var other = Self.key
        other.secretAccessKey = "other"
        #expect(Self.failure(Self.signed(other)) == .invalidSignature)
        other.accessKeyID = "AKIDOTHER"
        #expect(Self.failure(Self.signed(other)) == .unrecognizedClient)
        #expect(Self.failure(Self.signed(), services: ["ecs"]) == nil)
        #expect(Self.failure(Self.signed(), services: ["sts"])?.code == "InvalidSignatureException")
    }

    struct Malformed: Sendable {
        let header: String?
        let code: String
    }

    @Test(
        "a header that cannot be read is named so",
        arguments: [
            Malformed(header: nil, code: "MissingAuthenticationTokenException"),
            Malformed(header: "", code: "MissingAuthenticationTokenException"),
            Malformed(header: "Bearer abc", code: "IncompleteSignatureException"),
            Malformed(header: "AWS4-HMAC-SHA256", code: "IncompleteSignatureException"),
            Malformed(header: "AWS4-HMAC-SHA256 Credential", code: "IncompleteSignatureException"),
            Malformed(
                header: "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0",
                code: "IncompleteSignatureException"),
            Malformed(
                header: "AWS4-HMAC-SHA256 Credential=A/20241123/r/ecs/aws4_request, Signature=0",
                code: "IncompleteSignatureException"),
            Malformed(
                header: "AWS4-HMAC-SHA256 Credential=A/20241123/r/ecs/other, SignedHeaders=host, Signature=0",
                code: "InvalidSignatureException"),
            Malformed(
                header: "AWS4-HMAC-SHA256 Credential=A/20241124/r/ecs/aws4_request, SignedHeaders=host, Signature=0",
                code: "InvalidSignatureException"),
        ])
    func malformed(row: Malformed) {
        var request = Self.signed()
        request.headers["Authorization"] = row.header
        #expect(Self.failure(request)?.code == row.code)
    }

    @Test("no header makes the verifier trap")
    func garbage() {
        var random = SeededRandom(seed: 4)
        let authorization = Array((Self.signed().headers["Authorization"] ?? "").utf8)
        for _ in 0..<5_000 {
            var request = Self.signed()
            request.headers["Authorization"] = String(decoding: authorization.mutated(&random), as: UTF8.self)
            request.rawQuery = String(decoding: Array("X-Amz-Date=%2&a=%zz".utf8).mutated(&random), as: UTF8.self)
            // Now and then a change means nothing, such as a second blank.
            _ = Self.failure(request)
        }
    }
}

extension HTTPRequestMessage {
    fileprivate mutating func replaceInAuthorization(_ old: String, _ new: String) {
        headers["Authorization"] = headers["Authorization"]?.replacing(old, with: new)
    }
}
