import Crypto

/// AWS Signature Version 4.
/// Source: AWS General Reference, Create a signed AWS API request.
package enum SigV4 {
    static let algorithm = "AWS4-HMAC-SHA256"
    static let terminator = "aws4_request"
    /// How far the clock of a client may be off.
    static let allowedSkew: Duration = .seconds(15 * 60)
    /// The longest life of a presigned request.
    static let longestExpirySeconds = 604_800

    /// What a signature is bound to: a day, a region, a service.
    struct Scope: Hashable, Sendable {
        /// `YYYYMMDD`.
        var date: String
        var region: String
        var service: String

        var text: String { "\(date)/\(region)/\(service)/\(SigV4.terminator)" }
    }

    /// The signature of a canonical request, in hexadecimal.
    /// - Parameter time: as in `X-Amz-Date`.
    static func signature(of canonicalRequest: [UInt8], time: String, scope: Scope, key: SymmetricKey) -> String {
        let text = "\(algorithm)\n\(time)\n\(scope.text)\n\(SHA256Digest.hex(of: canonicalRequest))"
        return SHA256Digest.hexadecimal(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }

    /// The key that signs within a scope.
    static func signingKey(secret: String, scope: Scope) -> SymmetricKey {
        var key = SymmetricKey(data: Array("AWS4\(secret)".utf8))
        for part in [scope.date, scope.region, scope.service, terminator] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        return key
    }
}
