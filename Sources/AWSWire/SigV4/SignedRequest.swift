/// The parts of a signature as a request carries them, in its headers or in its query.
struct SignedRequest {
    var accessKeyID: String
    var scope: SigV4.Scope
    /// Lower-case names, in the order given.
    var signedHeaders: [String]
    var signature: String
    /// `YYYYMMDDTHHMMSSZ`.
    var time: String
    var signedAt: Timestamp
    var sessionToken: String?
    /// The life of a presigned request; nil for a signature in the headers.
    var expiry: Duration?

    /// - Throws: `MissingAuthenticationTokenException` when there is no signature, `IncompleteSignatureException` when
    ///   it cannot be read.
    init(_ request: HTTPRequestMessage) throws(WireError) {
        if let header = request.headers["Authorization"] {
            try self.init(header: header, request)
        } else if request.rawQuery.contains("X-Amz-Signature=") || request.rawQuery.contains("X-Amz-Credential=") {
            try self.init(query: QueryForm(query: request.rawQuery))
        } else {
            throw .missingAuthenticationToken
        }
    }

    private init(header: String, _ request: HTTPRequestMessage) throws(WireError) {
        let parameters = try SignedRequest.parameters(of: header)
        func parameter(_ name: String) throws(WireError) -> String {
            guard let value = parameters[name], !value.isEmpty else {
                throw .incompleteSignature("Authorization header requires '\(name)' parameter. Authorization=\(header)")
            }
            return value
        }
        let date = request.headers["X-Amz-Date"]
        guard let time = date ?? request.headers["Date"] else {
            throw .incompleteSignature(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
                    + "Authorization=\(header)")
        }
        guard let signedAt = Timestamp(iso8601Basic: time) ?? Timestamp(httpDate: time) else {
            throw .incompleteSignature(
                "Date must be in ISO-8601 'basic format'. Got '\(time)'. See http://en.wikipedia.org/wiki/ISO_8601")
        }
        try self.init(
            credential: try parameter("Credential"), signedHeaders: try parameter("SignedHeaders"),
            signature: try parameter("Signature"), signedAt: signedAt)
        sessionToken = request.headers["X-Amz-Security-Token"]
    }

    private init(query: QueryForm) throws(WireError) {
        func parameter(_ name: String) throws(WireError) -> String {
            guard let value = query.value(name), !value.isEmpty else {
                throw .incompleteSignature("AWS query-string parameters must include '\(name)'.")
            }
            return value
        }
        guard try parameter("X-Amz-Algorithm") == SigV4.algorithm else {
            throw .incompleteSignature("Unsupported AWS 'algorithm': '\(try parameter("X-Amz-Algorithm"))'.")
        }
        let time = try parameter("X-Amz-Date")
        guard let signedAt = Timestamp(iso8601Basic: time) else {
            throw .incompleteSignature(
                "Date must be in ISO-8601 'basic format'. Got '\(time)'. See http://en.wikipedia.org/wiki/ISO_8601")
        }
        try self.init(
            credential: try parameter("X-Amz-Credential"), signedHeaders: try parameter("X-Amz-SignedHeaders"),
            signature: try parameter("X-Amz-Signature"), signedAt: signedAt)
        sessionToken = query.value("X-Amz-Security-Token")
        let seconds = try parameter("X-Amz-Expires")
        guard let seconds = Int(seconds), (1...SigV4.longestExpirySeconds).contains(seconds) else {
            throw .incompleteSignature("X-Amz-Expires must be between 1 and \(SigV4.longestExpirySeconds) seconds.")
        }
        expiry = .seconds(seconds)
    }

    private init(
        credential: String, signedHeaders: String, signature: String, signedAt: Timestamp
    ) throws(WireError) {
        let parts = credential.pieces("/", keepingEmpty: true)
        guard parts.count == 5, !parts.contains("") else {
            throw .incompleteSignature(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
                    + "got '\(credential)'")
        }
        guard parts[4] == SigV4.terminator else {
            throw .invalidSignature(
                "Credential should be scoped with a valid terminator: '\(SigV4.terminator)', not '\(parts[4])'.")
        }
        accessKeyID = parts[0]
        scope = SigV4.Scope(date: parts[1], region: parts[2], service: parts[3])
        self.signedHeaders = signedHeaders.pieces(";").map { $0.lowercased() }
        self.signature = signature
        self.signedAt = signedAt
        time = signedAt.iso8601Basic
        guard time.hasPrefix(scope.date), scope.date.utf8.count == 8 else {
            throw .invalidSignature(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                    + "'\(scope.date)' != '\(time.prefix(8))', from '\(time)'.")
        }
    }

    /// The `name=value` parts behind the algorithm.
    private static func parameters(of header: String) throws(WireError) -> [String: String] {
        let words = header.pieces(" ", maxSplits: 1)
        guard let algorithm = words.first else { throw .missingAuthenticationToken }
        guard algorithm == SigV4.algorithm else {
            throw .incompleteSignature("Unsupported AWS 'algorithm': '\(algorithm)'.")
        }
        var parameters: [String: String] = [:]
        for item in words.dropFirst().first?.pieces(",") ?? [] {
            let text = item.pieces(" ").joined(separator: " ")
            let parts = text.pieces("=", maxSplits: 1, keepingEmpty: true)
            guard parts.count == 2 else {
                throw .incompleteSignature(
                    "'\(text)' not a valid key=value pair (missing equal-sign) in Authorization header: '\(header)'.")
            }
            parameters[parts[0]] = parts[1]
        }
        return parameters
    }
}
