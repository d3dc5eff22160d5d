import AWSWire
import NIOCore
import NIOHTTP1

/// AWSWire's header fields; NIO has a type of the same name.
typealias HTTPHeadersMessage = AWSWire.HTTPHeaders

extension HTTPRequestMessage {
    /// A request as NIO decoded it.
    init(_ head: HTTPRequestHead, _ body: [UInt8]) {
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var headers = HTTPHeadersMessage()
        for (name, value) in head.headers { headers.add(name, value) }
        self.init(
            method: head.method.rawValue, rawPath: String(parts.first ?? "/"),
            rawQuery: parts.count > 1 ? String(parts[1]) : "", headers: headers, body: body)
    }
}

extension HTTPResponseMessage {
    /// The answer as bytes, with length, date and connection header.
    func serialized(keepsAlive: Bool, isHead: Bool, _ allocator: ByteBufferAllocator) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 256 + body.count)
        writeStart(to: &buffer)
        buffer.writeString("Content-Length: \(body.count)\r\n")
        buffer.writeString(keepsAlive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n")
        if !isHead { buffer.writeBytes(body) }
        return buffer
    }

    /// What stands in front of a body that comes in chunks.
    func streamingHead(_ allocator: ByteBufferAllocator) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 256)
        writeStart(to: &buffer)
        buffer.writeString("Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
        return buffer
    }

    /// Status, headers and date.
    private func writeStart(to buffer: inout ByteBuffer) {
        let status = HTTPResponseStatus(statusCode: self.status)
        buffer.writeString("HTTP/1.1 \(self.status) \(status.reasonPhrase)\r\n")
        for field in headers.fields {
            buffer.writeString(field.name)
            buffer.writeString(": ")
            buffer.writeString(field.value)
            buffer.writeString("\r\n")
        }
        if headers["Date"] == nil { buffer.writeString("Date: \(WallClock.now.httpDate)\r\n") }
    }
}
