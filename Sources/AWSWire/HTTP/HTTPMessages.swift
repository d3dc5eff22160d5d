/// A request as it came in, whole: the value that protocols and signatures work on.
package struct HTTPRequestMessage: Sendable, Equatable {
    /// In upper case, for example `POST`.
    package var method: String
    /// The path as sent, still percent-encoded, without the query.
    package var rawPath: String
    /// What follows `?`, as sent; empty when there is none.
    package var rawQuery: String
    /// In the order received; names as sent.
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(
        method: String, rawPath: String, rawQuery: String = "", headers: HTTPHeaders = [:], body: [UInt8] = []
    ) {
        self.method = method
        self.rawPath = rawPath
        self.rawQuery = rawQuery
        self.headers = headers
        self.body = body
    }
}

/// An answer: whole, unless it has a stream.
package struct HTTPResponseMessage: Sendable, Equatable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// What is sent in place of `body`, as it comes.
    package var stream: BodyStream?

    package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = [], stream: BodyStream? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
        self.stream = stream
    }
}
