/// A request in the one form that both sides of a signature agree on.
struct CanonicalRequest {
    let request: HTTPRequestMessage
    /// Lower-case names, sorted.
    let signedHeaders: [String]
    /// In hexadecimal, or one of S3's words.
    let payloadHash: String
    let service: String

    /// The bytes that are hashed.
    var bytes: [UInt8] {
        var result = Array(request.method.utf8)
        result.append(0x0A)
        result += path
        result.append(0x0A)
        result += query
        result.append(0x0A)
        for name in signedHeaders { result += Array("\(name):\(value(of: name))\n".utf8) }
        result += Array("\n\(signedHeaders.joined(separator: ";"))\n\(payloadHash)".utf8)
        return result
    }

    /// The path as sent, normalised, and encoded once more. S3's keys are taken as they are.
    private var path: [UInt8] {
        guard service != "s3" else { return request.rawPath.isEmpty ? [0x2F] : Array(request.rawPath.utf8) }
        var segments: [String] = []
        for segment in request.rawPath.pieces("/") where segment != "." {
            if segment == ".." { _ = segments.popLast() } else { segments.append(segment) }
        }
        let end = request.rawPath.hasSuffix("/") && !segments.isEmpty ? "/" : ""
        return PercentCoding.encode("/\(segments.joined(separator: "/"))\(end)".utf8, keepingSlashes: true)
    }

    /// The parameters, encoded in one way, sorted by name and then by value, without the signature itself. A `+` is a
    /// space, as in a form: Go's signer writes it as `%20` for the signature, and as `+` on the wire.
    /// Source: aws-sdk-go-v2, aws/signer/v4. Observed: Fixtures/acs-upgrade-first.json.
    private var query: [UInt8] {
        let pairs = request.rawQuery.utf8.split(separator: UInt8(ascii: "&")).map { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (name: recoded(parts[0]), value: parts.count > 1 ? recoded(parts[1]) : [])
        }
        let kept = pairs.filter { $0.name != Array("X-Amz-Signature".utf8) }.sorted { left, right in
            left.name == right.name
                ? left.value.lexicographicallyPrecedes(right.value) : left.name.lexicographicallyPrecedes(right.name)
        }
        return Array(kept.map { $0.name + [UInt8(ascii: "=")] + $0.value }.joined(separator: [UInt8(ascii: "&")]))
    }

    private func recoded(_ text: Substring.UTF8View) -> [UInt8] {
        PercentCoding.encode(PercentCoding.decode(text, plusIsSpace: true))
    }

    /// All values of a header, joined; spaces are trimmed, and runs of spaces are one.
    private func value(of name: String) -> String {
        request.headers.values(name)
            .map { $0.pieces(" ").joined(separator: " ") }
            .joined(separator: ",")
    }
}
