import AWSWire

/// The frame both sessions speak: `{"type":"<shape name>","message":{…}}`.
/// Source: amazon-ecs-agent, wsclient: RequestMessage and ReceivedMessage.
struct Envelope {
    /// The name of the message's shape.
    let type: String
    /// The message's own JSON.
    let message: [UInt8]

    /// A message ready to send.
    static func bytes(_ type: String, _ message: some Shape) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.string("type", type)
        writer.key("message")
        message.encode(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// Opens a frame.
    /// - Throws: `SerializationException` when the bytes are no JSON object with a `type`.
    static func open(_ bytes: [UInt8]) throws(WireError) -> Envelope {
        let value = try JSONValue.parse(bytes)
        guard let type = value["type"]?.stringValue else { throw .serialization("A frame without a type.") }
        return Envelope(type: type, message: (value["message"] ?? .object([])).encode())
    }

    /// The message as the given shape.
    /// - Throws: a validation error when members have other types than the model says.
    func decode<Message: Shape>(_ shape: Message.Type) throws(WireError) -> Message {
        try Message.decode(message)
    }
}
