import AWSWire

/// What S3 answers when it does not do something.
/// Source: Amazon S3 API Reference, "Error responses".
struct ObjectError: Error, Equatable {
    var status: Int
    var code: String
    var message: String

    static let notImplemented = ObjectError(
        status: 501, code: "NotImplemented",
        message: "A header or query you provided implies functionality that is not implemented.")
    static let noSuchKey = ObjectError(
        status: 404, code: "NoSuchKey", message: "The specified key does not exist.")
    static let noSuchBucket = ObjectError(
        status: 404, code: "NoSuchBucket", message: "The specified bucket does not exist.")
    static let invalidBucketName = ObjectError(
        status: 400, code: "InvalidBucketName", message: "The specified bucket is not valid.")
    static let keyTooLong = ObjectError(status: 400, code: "KeyTooLongError", message: "Your key is too long.")
    static let incompleteBody = ObjectError(
        status: 400, code: "IncompleteBody",
        message: "You did not provide the number of bytes specified by the Content-Length HTTP header.")
    static let invalidRange = ObjectError(
        status: 416, code: "InvalidRange", message: "The requested range is not satisfiable.")
    static let tooLarge = ObjectError(
        status: 400, code: "EntityTooLarge", message: "The object is larger than this region serves.")
    static let internalError = ObjectError(
        status: 500, code: "InternalError", message: "We encountered an internal error. Please try again.")

    /// What others of the region say, in S3's words.
    static func translated(_ error: WireError) -> ObjectError {
        let codes = [
            "AccessDeniedException": "AccessDenied", "MissingAuthenticationTokenException": "AccessDenied",
            "UnrecognizedClientException": "InvalidAccessKeyId", "InvalidSignatureException": "SignatureDoesNotMatch",
            "ExpiredTokenException": "ExpiredToken", "IncompleteSignatureException": "AuthorizationHeaderMalformed",
        ]
        let code = codes[error.code] ?? error.code
        let isMalformed = ["ExpiredToken", "AuthorizationHeaderMalformed"].contains(code)
        return ObjectError(status: isMalformed ? 400 : 403, code: code, message: error.message)
    }

    func response(_ resource: String, requestID: String) -> HTTPResponseMessage {
        var writer = XMLWriter()
        writer.element("Error") { error in
            error.element("Code", code)
            error.element("Message", message)
            error.element("Resource", resource)
            error.element("RequestId", requestID)
        }
        return HTTPResponseMessage(
            status: status, headers: ["Content-Type": "application/xml", "x-amz-request-id": requestID],
            body: writer.bytes)
    }
}
