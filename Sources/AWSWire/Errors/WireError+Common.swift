/// The errors every API shares, under their JSON names; the XML protocols rename them when they encode.
/// Source: Amazon ECS API Reference, Common Error Types.
extension WireError {
    /// The request carries no signature.
    package static var missingAuthenticationToken: WireError {
        WireError(code: "MissingAuthenticationTokenException", message: "Missing Authentication Token")
    }

    /// The signature's header or parameters cannot be read.
    package static func incompleteSignature(_ message: String) -> WireError {
        WireError(code: "IncompleteSignatureException", message: message)
    }

    /// The access key or the session token is not known.
    package static var unrecognizedClient: WireError {
        WireError(
            code: "UnrecognizedClientException", message: "The security token included in the request is invalid.")
    }

    /// The session has ended.
    package static var expiredToken: WireError {
        WireError(code: "ExpiredTokenException", message: "The security token included in the request is expired")
    }

    /// The signature is not the one we calculate.
    package static var invalidSignature: WireError {
        invalidSignature(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
                + "Access Key and signing method. Consult the service documentation for details.")
    }

    /// The signature is wrong for another reason: its time, its scope.
    package static func invalidSignature(_ message: String) -> WireError {
        WireError(code: "InvalidSignatureException", message: message)
    }

    /// The caller may not do this.
    package static func accessDenied(_ message: String) -> WireError {
        WireError(code: "AccessDeniedException", message: message)
    }

    /// The API has no such operation.
    package static var unknownOperation: WireError {
        WireError(code: "UnknownOperationException", message: "")
    }

    /// The body cannot be read as the operation's input.
    package static func serialization(_ message: String) -> WireError {
        WireError(code: "SerializationException", message: message)
    }

    /// Too many requests.
    package static var throttling: WireError {
        WireError(code: "ThrottlingException", message: "Rate exceeded")
    }

    /// A fault of ours.
    package static var internalFailure: WireError {
        WireError(
            code: "InternalFailure", message: "The request processing has failed because of an unknown error.",
            status: 500)
    }

    /// The body is larger than we accept.
    package static var requestTooLarge: WireError {
        WireError(code: "RequestEntityTooLargeException", message: "Request size exceeded the limit.", status: 413)
    }
}
