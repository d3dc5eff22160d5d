import AWSWire

/// One binary message of a session's data channel: the format that session-manager-plugin speaks, byte for byte.
///
/// Everything is big-endian. A header of 116 bytes that does not count the length of the payload, that length, the
/// payload. Source: AWS Systems Manager Session Manager plugin, message format of its data channel. Observed:
/// recordings of the plugin 1.2.0.0.
package struct DataChannelFrame: Sendable, Equatable {
    /// What a message is.
    package enum Kind: String, Sendable, Equatable {
        /// From the client to the host.
        case input = "input_stream_data"
        /// From the host to the client.
        case output = "output_stream_data"
        case acknowledge
        /// The host says that the session is over.
        case channelClosed = "channel_closed"
        case startPublication = "start_publication"
        case pausePublication = "pause_publication"
    }

    /// What the payload of a data message is.
    package struct PayloadType: RawRepresentable, Sendable, Equatable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let none = PayloadType(rawValue: 0)
        /// Keystrokes, or what the command wrote.
        package static let bytes = PayloadType(rawValue: 1)
        /// `{"cols":80,"rows":24}`.
        package static let size = PayloadType(rawValue: 3)
        package static let handshakeRequest = PayloadType(rawValue: 5)
        package static let handshakeResponse = PayloadType(rawValue: 6)
        package static let handshakeComplete = PayloadType(rawValue: 7)
        /// A number of four bytes; 2 ends the session.
        package static let flag = PayloadType(rawValue: 10)
        /// What the command wrote to its standard error stream.
        package static let errorBytes = PayloadType(rawValue: 11)
        /// The command's exit code in decimal digits.
        package static let exitCode = PayloadType(rawValue: 12)
    }

    /// Why bytes are no message.
    package enum Malformed: Error, Sendable, Equatable {
        case tooShort, headerLength, version, type, payloadLength, tooLarge, digest
    }

    package static let headerLength = 116
    /// A payload larger than this is refused. Clients cut theirs at 1,024 bytes.
    package static let maximumPayload = 64 << 10
    private static let schemaVersion: UInt32 = 1
    private static let typeLength = 32

    package var kind: Kind
    /// Milliseconds since 1970; nobody decides on it.
    package var created: Timestamp
    package var sequence: Int64
    package var flags: UInt64
    package var id: MessageID
    package var payloadType: PayloadType
    package var payload: [UInt8]

    package init(
        _ kind: Kind, _ payloadType: PayloadType, _ payload: [UInt8], sequence: Int64 = 0, flags: UInt64 = 0,
        id: MessageID, created: Timestamp
    ) {
        self.kind = kind
        self.created = created
        self.sequence = sequence
        self.flags = flags
        self.id = id
        self.payloadType = payloadType
        self.payload = payload
    }

    /// The message's bytes.
    package var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(DataChannelFrame.headerLength + 4 + payload.count)
        result.append(UInt32(DataChannelFrame.headerLength))
        let name = Array(kind.rawValue.utf8)
        result += name
        result += repeatElement(UInt8(ascii: " "), count: DataChannelFrame.typeLength - name.count)
        result.append(DataChannelFrame.schemaVersion)
        result.append(UInt64(bitPattern: created.milliseconds))
        result.append(UInt64(bitPattern: sequence))
        result.append(flags)
        // The halves of the identifier are swapped.
        result.append(id.low)
        result.append(id.high)
        result += SHA256Digest.bytes(of: payload)
        result.append(payloadType.rawValue)
        result.append(UInt32(payload.count))
        result += payload
        return result
    }

    /// Takes received bytes apart.
    /// - Throws: `Malformed`; nothing of the bytes is trusted.
    package init(_ bytes: [UInt8]) throws(Malformed) {
        let start = DataChannelFrame.headerLength + 4
        guard bytes.count >= start else { throw .tooShort }
        guard bytes.unsigned(at: 0, 4) == UInt64(DataChannelFrame.headerLength) else { throw .headerLength }
        guard bytes.unsigned(at: 36, 4) == UInt64(DataChannelFrame.schemaVersion) else { throw .version }
        let padding: Set<UInt8> = [0, UInt8(ascii: " ")]
        let name = bytes[4..<36].drop { padding.contains($0) }.prefix { !padding.contains($0) }
        guard let kind = Kind(rawValue: String(decoding: name, as: UTF8.self)) else { throw .type }
        let length = bytes.unsigned(at: DataChannelFrame.headerLength, 4)
        guard length <= UInt64(DataChannelFrame.maximumPayload) else { throw .tooLarge }
        guard bytes.count == start + Int(length) else { throw .payloadLength }
        let payload = Array(bytes[start...])
        guard bytes[80..<112].elementsEqual(SHA256Digest.bytes(of: payload)) else { throw .digest }
        self.kind = kind
        self.payload = payload
        created = Timestamp(milliseconds: Int64(bitPattern: bytes.unsigned(at: 40, 8)))
        sequence = Int64(bitPattern: bytes.unsigned(at: 48, 8))
        flags = bytes.unsigned(at: 56, 8)
        id = MessageID(high: bytes.unsigned(at: 72, 8), low: bytes.unsigned(at: 64, 8))
        payloadType = PayloadType(rawValue: UInt32(bytes.unsigned(at: 112, 4)))
    }
}

/// The UUID of a message.
package struct MessageID: Sendable, Hashable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new version 4 UUID.
    package init(_ random: inout SeededRandom) {
        high = random.next() & ~0xF000 | 0x4000
        low = random.next() & ~(0xC << 60) | 0x8 << 60
    }

    /// In lower case with hyphens.
    package var text: String {
        var bytes: [UInt8] = []
        bytes.append(high)
        bytes.append(low)
        return UUIDText.plain(bytes)
    }
}

extension [UInt8] {
    /// Appends a number, the most significant byte first.
    mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }

    /// A number of `count` bytes, the most significant first. The bytes must be there.
    func unsigned(at offset: Int, _ count: Int) -> UInt64 {
        self[offset..<(offset + count)].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
