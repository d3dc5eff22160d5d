/// The common errors have other names and statuses in each family of protocols.
/// Source: the "Common Errors" pages of the Amazon ECS, AWS STS and Amazon EC2 API References.
extension WireError {
    /// The error as a protocol spells it. Errors that are not common stay as they are.
    func spoken(in wireProtocol: AWSProtocol) -> WireError {
        let names: (code: String, status: Int)? =
            switch wireProtocol {
            case .json10, .json11: nil
            case .query: WireError.queryNames[code]
            case .ec2Query: WireError.ec2Names[code] ?? WireError.queryNames[code]
            }
        guard let names else { return self }
        let text = message.isEmpty && names.code == "InvalidAction" ? "Could not find the operation." : message
        return WireError(code: names.code, message: text, status: names.status, members: members)
    }

    private static let queryNames: [String: (code: String, status: Int)] = [
        "MissingAuthenticationTokenException": ("MissingAuthenticationToken", 403),
        "IncompleteSignatureException": ("IncompleteSignature", 400),
        "UnrecognizedClientException": ("InvalidClientTokenId", 403),
        "ExpiredTokenException": ("ExpiredToken", 403),
        "InvalidSignatureException": ("SignatureDoesNotMatch", 403),
        "AccessDeniedException": ("AccessDenied", 403),
        "UnknownOperationException": ("InvalidAction", 400),
        "SerializationException": ("MalformedInput", 400),
        "ThrottlingException": ("Throttling", 400),
    ]

    private static let ec2Names: [String: (code: String, status: Int)] = [
        "UnrecognizedClientException": ("AuthFailure", 401),
        "InvalidSignatureException": ("AuthFailure", 401),
        "ExpiredTokenException": ("RequestExpired", 400),
        "AccessDeniedException": ("UnauthorizedOperation", 403),
        "ThrottlingException": ("RequestLimitExceeded", 503),
    ]
}
