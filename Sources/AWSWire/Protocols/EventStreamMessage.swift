/// A message of an event stream: `application/vnd.amazon.eventstream`.
/// Source: Smithy 2.0 specification, Amazon Event Stream: prelude, headers, payload, each followed by a CRC-32.
package struct EventStreamMessage: Sendable {
    /// All headers are strings here.
    package var headers: [(name: String, value: String)]
    package var payload: [UInt8]

    /// The first message of a stream of the JSON protocols: the members of the output that are no stream.
    package static func initialResponse() -> EventStreamMessage {
        event("initial-response", Array("{}".utf8), contentType: "application/x-amz-json-1.1")
    }

    /// An event of the stream.
    package static func event(
        _ type: String, _ payload: [UInt8], contentType: String = "application/json"
    ) -> EventStreamMessage {
        EventStreamMessage(
            headers: [(":event-type", type), (":content-type", contentType), (":message-type", "event")],
            payload: payload)
    }

    /// An error that ends the stream.
    package static func exception(_ type: String, message: String) -> EventStreamMessage {
        EventStreamMessage(
            headers: [
                (":exception-type", type), (":content-type", "application/json"), (":message-type", "exception"),
            ],
            payload: (["message": .string(message)] as JSONValue).encode())
    }

    /// The message as bytes.
    package var encoded: [UInt8] {
        var fields: [UInt8] = []
        for header in headers {
            // 7 is the type of strings.
            fields += [UInt8(header.name.utf8.count)] + Array(header.name.utf8) + [7]
            EventStreamMessage.append(UInt16(header.value.utf8.count), to: &fields)
            fields += Array(header.value.utf8)
        }
        var bytes: [UInt8] = []
        EventStreamMessage.append(UInt32(16 + fields.count + payload.count), to: &bytes)
        EventStreamMessage.append(UInt32(fields.count), to: &bytes)
        EventStreamMessage.append(CRC32.checksum(bytes), to: &bytes)
        bytes += fields
        bytes += payload
        EventStreamMessage.append(CRC32.checksum(bytes), to: &bytes)
        return bytes
    }

    private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}

/// The checksum of gzip and of event streams. Source: RFC 1952, section 8.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { byte -> UInt32 in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { $0 >> 8 ^ table[Int(($0 ^ UInt32($1)) & 0xFF)] }
    }
}
