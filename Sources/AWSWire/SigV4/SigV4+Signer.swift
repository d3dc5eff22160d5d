extension SigV4 {
    /// Signs requests: for our own agent, command line and benchmarks.
    package struct Signer: Sendable {
        package var credential: Credential
        package var region: String
        package var service: String

        package init(_ credential: Credential, region: String, service: String) {
            self.credential = credential
            self.region = region
            self.service = service
        }

        /// Adds the headers of a signature. The request must have its `Host` header already.
        package func sign(_ request: HTTPRequestMessage, at now: Timestamp) -> HTTPRequestMessage {
            let time = now.iso8601Basic
            var signed = request
            signed.headers["Authorization"] = nil
            signed.headers["X-Amz-Date"] = time
            signed.headers["X-Amz-Security-Token"] = credential.sessionToken
            let names = signedNames(signed)
            let payloadHash = signed.headers["x-amz-content-sha256"] ?? SHA256Digest.hex(of: signed.body)
            let signature = signature(of: signed, names, payloadHash, time)
            signed.headers["Authorization"] =
                "\(SigV4.algorithm) Credential=\(credential.accessKeyID)/\(scope(time).text), "
                + "SignedHeaders=\(names.joined(separator: ";")), Signature=\(signature)"
            return signed
        }

        /// Moves a signature into the query, so that the address alone is enough.
        /// - Parameter expiry: how long the request is good for; one second to seven days.
        package func presign(
            _ request: HTTPRequestMessage, at now: Timestamp, expiry: Duration
        ) -> HTTPRequestMessage {
            let time = now.iso8601Basic
            var signed = request
            let names = signedNames(signed)
            var parameters = [
                ("X-Amz-Algorithm", SigV4.algorithm),
                ("X-Amz-Credential", "\(credential.accessKeyID)/\(scope(time).text)"),
                ("X-Amz-Date", time),
                ("X-Amz-Expires", String(expiry.components.seconds)),
                ("X-Amz-SignedHeaders", names.joined(separator: ";")),
            ]
            if let token = credential.sessionToken { parameters.append(("X-Amz-Security-Token", token)) }
            let added = parameters.map { "\($0.0)=\(encoded($0.1))" }.joined(separator: "&")
            signed.rawQuery += (signed.rawQuery.isEmpty ? "" : "&") + added
            let payloadHash = service == "s3" ? "UNSIGNED-PAYLOAD" : SHA256Digest.hex(of: signed.body)
            signed.rawQuery += "&X-Amz-Signature=" + signature(of: signed, names, payloadHash, time)
            return signed
        }

        private func scope(_ time: String) -> Scope {
            Scope(date: String(time.prefix(8)), region: region, service: service)
        }

        private func signature(
            of request: HTTPRequestMessage, _ names: [String], _ payloadHash: String, _ time: String
        ) -> String {
            let canonical = CanonicalRequest(
                request: request, signedHeaders: names, payloadHash: payloadHash, service: service)
            let key = SigV4.signingKey(secret: credential.secretAccessKey, scope: scope(time))
            return SigV4.signature(of: canonical.bytes, time: time, scope: scope(time), key: key)
        }

        /// Everything is signed but what is added or changed on the way.
        private func signedNames(_ request: HTTPRequestMessage) -> [String] {
            Set(request.headers.fields.map { $0.name.lowercased() }).subtracting(Signer.unsignedNames).sorted()
        }

        private static let unsignedNames: Set<String> = [
            "authorization", "connection", "content-length", "expect", "transfer-encoding", "upgrade", "user-agent",
            "x-amzn-trace-id",
        ]

        private func encoded(_ text: String) -> String {
            String(decoding: PercentCoding.encode(text.utf8), as: UTF8.self)
        }
    }
}
