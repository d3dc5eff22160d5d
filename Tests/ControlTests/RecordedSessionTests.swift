import AWSWire
import NodeLink
import Testing

/// A session of ECS Exec between Amazon's session-manager-plugin and a stand-in for its server, played to ours.
@Suite("A recorded session of the plugin") struct RecordedSessionTests {
    /// What goes over the wire but for its numbers.
    private struct Shape: Equatable {
        var kind: String
        var payloadType: Int
        /// Of a JSON payload, the names of its members; of any other nothing.
        var members: [String]

        init(_ kind: String, _ payloadType: Int, _ payload: String) {
            self.kind = kind
            self.payloadType = payloadType
            members = ((try? JSONValue.parse(Array(payload.utf8)))?.members ?? []).map(\.name)
        }
    }

    private func bytes(hex: String) -> [UInt8] {
        let digits = Array(hex.utf8).map { UInt8(String(UnicodeScalar($0)), radix: 16) ?? 0 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private func text(_ message: JSONValue?, _ name: String) -> String { message?[name]?.stringValue ?? "" }

    private func frame(_ message: JSONValue) throws -> DataChannelFrame {
        let digits = text(message, "mid").filter { $0 != "-" }
        let id = MessageID(
            high: try #require(UInt64(digits.prefix(16), radix: 16)),
            low: try #require(UInt64(digits.suffix(16), radix: 16)))
        return DataChannelFrame(
            try #require(DataChannelFrame.Kind(rawValue: text(message, "type").trimmed)),
            DataChannelFrame.PayloadType(rawValue: UInt32(message["ptype"]?.intValue ?? 0)),
            Array(text(message, "payload").utf8), sequence: Int64(message["seq"]?.intValue ?? 0),
            flags: UInt64(message["flags"]?.intValue ?? 0), id: id,
            created: Timestamp(milliseconds: Int64(message["created"]?.intValue ?? 0)))
    }

    @Test("its messages are understood, and answered with the same kinds of messages")
    func plays() throws {
        let entries = try WireSample.load("exec-data-channel").arrayValue ?? []
        let opening = entries.compactMap { $0["text"]?.stringValue }
        let open = try #require(OpenDataChannel(Array((opening.first ?? "").utf8)))
        #expect(open.token == "tok-abc")
        var world = ChannelWorld()
        world.host = DataChannelHost("sess-1", open, random: SeededRandom(seed: 1), at: world.now)
        world.tell(host: .attached)
        for entry in entries {
            guard let message = entry["recv"] else { continue }
            let frame = try frame(message)
            // The first ones were recorded byte for byte.
            if let head = entry["hex0"]?.stringValue {
                #expect(frame.bytes == bytes(hex: head) + frame.payload)
            }
            world.tell(host: .received(frame.bytes))
        }
        world.run(.seconds(5)) { !$0.hasBegun }
        #expect(String(decoding: world.input, as: UTF8.self) == "ab")
        let sent = try world.hostActions.compactMap { action -> Shape? in
            guard case .send(let bytes) = action else { return nil }
            let frame = try DataChannelFrame(bytes)
            let payload = String(decoding: frame.payload, as: UTF8.self)
            return Shape(frame.kind.rawValue, Int(frame.payloadType.rawValue), payload)
        }
        // All but the greeting that the stand-in's command wrote.
        let recorded = entries.compactMap { $0["sent"] }.map { message in
            Shape(
                text(message, "type").trimmed, message["ptype"]?.intValue ?? -1, text(message, "payload"))
        }.filter { $0.payloadType != 1 }
        for shape in recorded { #expect(sent.contains(shape), "\(shape)") }
    }
}

extension String {
    fileprivate var trimmed: String { String(prefix { $0 != " " }) }
}
