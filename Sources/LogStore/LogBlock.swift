/// A batch as it lies in a segment: a header of 72 bytes, the mark of its source, the events. All little-endian.
///
///     offset  bytes
///          0      4  "RLB1"
///          4      4  CRC-32C of everything that follows
///          8      4  bytes behind the header
///         12      4  number of events
///         16      8  the block's number in its group, rising
///         24      8  stream
///         32      8  ingestion time (all times in milliseconds since 1970)
///         40      8  earliest time of an event
///         48      8  latest time of an event
///         56      2  bytes of the source's name; 0 when there is none
///         58      2  bytes of the position reached
///         60     12  zero
///         72         name, position, then for each event: time since the earliest and length (varints), UTF-8
struct LogBlock: Sendable, Equatable {
    static let headerBytes = 72
    private static let magic: UInt32 = 0x3142_4C52

    /// What a header says.
    struct Header: Sendable, Equatable {
        var number: UInt64
        var stream: UInt64
        var ingestedAt: Int64
        var earliest: Int64
        var latest: Int64
        var count: Int
        /// Bytes behind the header.
        var length: Int
        var sourceLength: Int
        var positionLength: Int

        /// Bytes of the whole block.
        var total: Int { LogBlock.headerBytes + length }
    }

    /// Appends a batch to `bytes` as a block.
    static func append(_ batch: LogBatch, number: UInt64, to bytes: inout [UInt8]) -> Header {
        let start = bytes.count
        let earliest = batch.events.map(\.time).min() ?? batch.ingestedAt
        let latest = batch.events.map(\.time).max() ?? batch.ingestedAt
        let source = Array((batch.mark?.source ?? "").utf8.prefix(SourceMark.maximumBytes))
        let position = Array((batch.mark?.to ?? "").utf8.prefix(SourceMark.maximumBytes))
        bytes += [UInt8](repeating: 0, count: headerBytes)
        bytes += source
        bytes += position
        for event in batch.events {
            appendVarint(UInt64(bitPattern: event.time &- earliest), to: &bytes)
            appendVarint(UInt64(event.message.count), to: &bytes)
            bytes += event.message
        }
        let header = Header(
            number: number, stream: batch.stream, ingestedAt: batch.ingestedAt, earliest: earliest, latest: latest,
            count: batch.events.count, length: bytes.count - start - headerBytes, sourceLength: source.count,
            positionLength: position.count)
        bytes.withUnsafeMutableBytes { buffer in
            write(header, into: UnsafeMutableRawBufferPointer(rebasing: buffer[start...]))
        }
        return header
    }

    private static func write(_ header: Header, into block: UnsafeMutableRawBufferPointer) {
        func put<Value: FixedWidthInteger>(_ value: Value, _ offset: Int) {
            block.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
        }
        put(magic, 0)
        put(UInt32(header.length), 8)
        put(UInt32(header.count), 12)
        put(header.number, 16)
        put(header.stream, 24)
        put(header.ingestedAt, 32)
        put(header.earliest, 40)
        put(header.latest, 48)
        put(UInt16(header.sourceLength), 56)
        put(UInt16(header.positionLength), 58)
        put(CRC32C.checksum(UnsafeRawBufferPointer(rebasing: block[8...])), 4)
    }

    /// The header of a block that begins `bytes`, if the block is whole and its checksum right.
    static func header(_ bytes: UnsafeRawBufferPointer) -> Header? {
        guard bytes.count >= headerBytes else { return nil }
        func get<Value: FixedWidthInteger>(_ offset: Int, _ type: Value.Type) -> Value {
            Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
        }
        guard get(0, UInt32.self) == magic else { return nil }
        let header = Header(
            number: get(16, UInt64.self), stream: get(24, UInt64.self), ingestedAt: get(32, Int64.self),
            earliest: get(40, Int64.self), latest: get(48, Int64.self), count: Int(get(12, UInt32.self)),
            length: Int(get(8, UInt32.self)), sourceLength: Int(get(56, UInt16.self)),
            positionLength: Int(get(58, UInt16.self)))
        guard header.total <= bytes.count, header.sourceLength + header.positionLength <= header.length else {
            return nil
        }
        let sum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[8..<header.total]))
        return sum == get(4, UInt32.self) ? header : nil
    }

    /// The source and the position of a block; nil when it names none.
    static func mark(_ block: UnsafeRawBufferPointer, _ header: Header) -> (source: String, position: String)? {
        guard header.sourceLength > 0 else { return nil }
        let middle = headerBytes + header.sourceLength
        return (
            String(decoding: block[headerBytes..<middle], as: UTF8.self),
            String(decoding: block[middle..<(middle + header.positionLength)], as: UTF8.self)
        )
    }

    /// Hands out the events of a block in order, without copying their messages.
    static func forEachEvent(
        _ block: UnsafeRawBufferPointer, _ header: Header,
        _ body: (_ key: EventKey, _ message: UnsafeRawBufferPointer) -> Void
    ) {
        var offset = headerBytes + header.sourceLength + header.positionLength
        let end = min(header.total, block.count)
        for index in 0..<header.count {
            guard let delta = varint(block, &offset, end), let length = varint(block, &offset, end),
                length <= UInt64(end - offset)
            else { return }
            let message = UnsafeRawBufferPointer(rebasing: block[offset..<(offset + Int(length))])
            offset += Int(length)
            let time = header.earliest &+ Int64(bitPattern: delta)
            body(EventKey(time: time, block: header.number, index: UInt32(truncatingIfNeeded: index)), message)
        }
    }

    private static func appendVarint(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private static func varint(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int, _ end: Int) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < end, shift < 64 {
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }
}
