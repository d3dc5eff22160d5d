import AWSWire

/// What an agent sends over TCS: HTTP header lines with a signature, an empty line, then the envelope. The server's own
/// frames are the bare envelope, and so are frames of agents that do not sign.
/// Source: amazon-ecs-agent, tcs/client: createSignedRequest. Observed: Fixtures/tcs-*.json.
package struct TelemetryFrame: Sendable {
    /// Header fields in the order sent; empty for a bare envelope.
    package var headers: HTTPHeaders
    /// The envelope's JSON.
    package var body: [UInt8]

    /// A frame to send.
    /// - Parameter headers: `Authorization`, `Host` and `X-Amz-Date`, signed as a GET of the socket's URL with `body`.
    package init(headers: HTTPHeaders, body: [UInt8]) {
        self.headers = headers
        self.body = body
    }

    /// Takes a received frame apart. Lines that are no header fields are dropped.
    package init(_ bytes: [UInt8]) {
        headers = HTTPHeaders()
        var rest = bytes[...]
        while let line = TelemetryFrame.headerLine(&rest) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let value = line[(colon + 1)...].drop { $0 == UInt8(ascii: " ") }
            headers.add(String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
        }
        body = Array(rest)
    }

    /// The text frame.
    package var bytes: [UInt8] {
        guard !headers.fields.isEmpty else { return body }
        let lines = headers.fields.map { "\($0.name): \($0.value)\r\n" }.joined()
        return Array(lines.utf8) + Array("\r\n".utf8) + body
    }

    /// Takes the next line off; nil where the JSON begins, and behind the empty line.
    private static func headerLine(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard rest.first != UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        var line = rest[..<end]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        rest = rest[(end + 1)...]
        return line.isEmpty ? nil : line
    }
}
