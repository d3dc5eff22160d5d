import Crypto

extension SigV4 {
    /// Who signed a request, and for what.
    package struct Verified: Sendable, Equatable {
        package let accessKeyID: String
        package let region: String
        package let service: String
        /// The session's token; nil for a user's key.
        package let sessionToken: String?
    }

    /// Verifies signatures, in headers or presigned. It is safe to share.
    package final class Verifier: Sendable {
        private let lookUp: @Sendable (_ accessKeyID: String, _ sessionToken: String?) -> Credential?
        private let keys = SigningKeyCache()

        /// - Parameter lookUp: finds a credential by its access key id; nil when it is not known.
        package init(_ lookUp: @escaping @Sendable (String) -> Credential?) {
            self.lookUp = { keyID, _ in lookUp(keyID) }
        }

        /// - Parameter lookUp: finds a credential by its access key id and its session's token, in which it may be
        ///   written; nil when it is not known.
        package init(sessions lookUp: @escaping @Sendable (String, String?) -> Credential?) {
            self.lookUp = lookUp
        }

        /// Verifies a request.
        /// - Parameters:
        ///   - now: our time; the signature's may be 15 minutes off.
        ///   - services: the services the signature may be for; empty for any.
        /// - Throws: AWS's own errors for a missing, malformed, wrong or expired signature.
        package func verify(
            _ request: HTTPRequestMessage, at now: Timestamp, services: [String] = []
        ) throws(WireError) -> Verified {
            let signed = try SignedRequest(request)
            let credential = try credential(of: signed, at: now)
            try checkTime(of: signed, at: now)
            try checkScope(of: signed, services)
            try checkHeaders(of: signed, request)
            let canonical = CanonicalRequest(
                request: request, signedHeaders: signed.signedHeaders,
                payloadHash: try payloadHash(of: signed, request), service: signed.scope.service)
            let key = keys.key(secret: credential.secretAccessKey, scope: signed.scope)
            let expected = SigV4.signature(of: canonical.bytes, time: signed.time, scope: signed.scope, key: key)
            guard isEqual(expected, signed.signature) else { throw .invalidSignature }
            return Verified(
                accessKeyID: signed.accessKeyID, region: signed.scope.region, service: signed.scope.service,
                sessionToken: signed.sessionToken)
        }

        /// A session's key is only good together with its token, and until its end.
        private func credential(of signed: SignedRequest, at now: Timestamp) throws(WireError) -> Credential {
            guard let credential = lookUp(signed.accessKeyID, signed.sessionToken) else { throw .unrecognizedClient }
            guard isEqual(credential.sessionToken ?? "", signed.sessionToken ?? "") else { throw .unrecognizedClient }
            if let end = credential.expiresAt, now >= end { throw .expiredToken }
            return credential
        }

        private func checkTime(of signed: SignedRequest, at now: Timestamp) throws(WireError) {
            let earliest = now.advanced(by: .zero - (signed.expiry ?? SigV4.allowedSkew))
            let latest = now.advanced(by: SigV4.allowedSkew)
            let current = now.iso8601Basic
            if signed.signedAt < earliest {
                let minutes = (now - earliest).components.seconds / 60
                throw .invalidSignature(
                    "Signature expired: \(signed.time) is now earlier than \(earliest.iso8601Basic) "
                        + "(\(current) - \(minutes) min.)")
            }
            if signed.signedAt > latest {
                throw .invalidSignature(
                    "Signature not yet current: \(signed.time) is still later than \(latest.iso8601Basic) "
                        + "(\(current) + \(SigV4.allowedSkew.components.seconds / 60) min.)")
            }
        }

        private func checkScope(of signed: SignedRequest, _ services: [String]) throws(WireError) {
            guard services.isEmpty || services.contains(signed.scope.service) else {
                throw .invalidSignature("Credential should be scoped to correct service: '\(services[0])'. ")
            }
        }

        /// What decides the meaning of a request has to be signed.
        private func checkHeaders(of signed: SignedRequest, _ request: HTTPRequestMessage) throws(WireError) {
            let names = Set(signed.signedHeaders)
            guard names.contains("host") else {
                throw .invalidSignature("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
            }
            for field in request.headers.fields {
                let name = field.name.lowercased()
                guard name.hasPrefix("x-amz-"), !names.contains(name) else { continue }
                throw .invalidSignature("'\(name)' must be a 'SignedHeader' in the AWS Authorization.")
            }
        }

        /// The payload's hash as it is signed. A hash in the headers is believed only if the body has it.
        private func payloadHash(
            of signed: SignedRequest, _ request: HTTPRequestMessage
        ) throws(WireError) -> String {
            let isS3 = signed.scope.service == "s3"
            if isS3, signed.expiry != nil { return "UNSIGNED-PAYLOAD" }
            let actual = SHA256Digest.hex(of: request.body)
            guard let claimed = request.headers["x-amz-content-sha256"] else { return actual }
            // S3 has bodies that are not signed, or piece by piece: their hash is a word that says so.
            if isS3, claimed == "UNSIGNED-PAYLOAD" || claimed.hasPrefix("STREAMING-") { return claimed }
            guard isEqual(claimed, actual) else {
                throw .invalidSignature(
                    "The provided 'x-amz-content-sha256' header does not match what was computed.")
            }
            return claimed
        }

        /// Compares in a time that does not tell where the texts differ.
        private func isEqual(_ left: String, _ right: String) -> Bool {
            let left = Array(left.utf8)
            let right = Array(right.utf8)
            guard left.count == right.count else { return false }
            var difference: UInt8 = 0
            for index in left.indices { difference |= left[index] ^ right[index] }
            return difference == 0
        }
    }
}
