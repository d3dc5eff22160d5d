/// What lies where in a segment, by time: one entry for 64 KiB of blocks, so that the index of a gigabyte takes less
/// than a megabyte and a question reads little more than what it asks for.
struct SegmentIndex: Sendable, Equatable {
    /// Neighbouring blocks.
    struct Chunk: Sendable, Equatable {
        var offset: Int
        var length: Int
        var earliest: Int64
        var latest: Int64
        /// Which streams may be in it: a bit for each stream's number modulo 64.
        var streams: UInt64
    }

    /// What the segment has of one stream.
    struct Stream: Sendable, Equatable {
        var earliest: Int64
        var latest: Int64
        var ingestedAt: Int64
        /// How far sources were read.
        var positions: [String: String] = [:]
    }

    /// A chunk that is as long takes no further blocks.
    static let chunkBytes = 64 << 10
    /// A stream is read from one container, or a few; whoever invents more makes it forget others.
    static let maximumSources = 256

    /// The number of the first block; the segment's name.
    let first: UInt64
    private(set) var size = 0
    private(set) var next: UInt64
    private(set) var chunks: [Chunk] = []
    private(set) var streams: [UInt64: Stream] = [:]

    init(first: UInt64) {
        self.first = first
        next = first
    }

    /// The earliest and latest time of an event; nil for an empty segment.
    var times: ClosedRange<Int64>? {
        guard var earliest = chunks.first?.earliest, var latest = chunks.first?.latest else { return nil }
        for chunk in chunks {
            earliest = min(earliest, chunk.earliest)
            latest = max(latest, chunk.latest)
        }
        return earliest...latest
    }

    static func bit(_ stream: UInt64) -> UInt64 { 1 << (stream % 64) }

    /// Adds a block that was written at `offset`.
    mutating func add(_ header: LogBlock.Header, mark: (source: String, position: String)?, at offset: Int) {
        size = offset + header.total
        next = max(next, header.number + 1)
        if header.count > 0 { addToChunk(header, at: offset) }
        // A block without events has times only for form's sake.
        var stream =
            streams[header.stream]
            ?? Stream(earliest: .max, latest: .min, ingestedAt: header.ingestedAt)
        if header.count > 0 {
            stream.earliest = min(stream.earliest, header.earliest)
            stream.latest = max(stream.latest, header.latest)
            stream.ingestedAt = max(stream.ingestedAt, header.ingestedAt)
        }
        if let mark {
            if stream.positions[mark.source] == nil, stream.positions.count >= SegmentIndex.maximumSources {
                stream.positions.keys.min().map { stream.positions[$0] = nil }
            }
            stream.positions[mark.source] = mark.position
        }
        streams[header.stream] = stream
    }

    private mutating func addToChunk(_ header: LogBlock.Header, at offset: Int) {
        guard let last = chunks.indices.last, chunks[last].length < SegmentIndex.chunkBytes else {
            chunks.append(
                Chunk(
                    offset: offset, length: header.total, earliest: header.earliest, latest: header.latest,
                    streams: SegmentIndex.bit(header.stream)))
            return
        }
        chunks[last].length = offset + header.total - chunks[last].offset
        chunks[last].earliest = min(chunks[last].earliest, header.earliest)
        chunks[last].latest = max(chunks[last].latest, header.latest)
        chunks[last].streams |= SegmentIndex.bit(header.stream)
    }

    // MARK: On disk

    private static let magic: UInt64 = 0x3149_4C54_534F_4F52

    /// The index as a file of its own, for a segment that takes no further blocks.
    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.put(SegmentIndex.magic)
        writer.put(UInt64(0))
        for number in [first, next, UInt64(size), UInt64(chunks.count), UInt64(streams.count)] { writer.put(number) }
        for chunk in chunks {
            writer.put(UInt64(chunk.offset))
            writer.put(UInt64(chunk.length))
            writer.put(UInt64(bitPattern: chunk.earliest))
            writer.put(UInt64(bitPattern: chunk.latest))
            writer.put(chunk.streams)
        }
        for (number, stream) in streams.sorted(by: { $0.key < $1.key }) {
            for value in [stream.earliest, stream.latest, stream.ingestedAt] { writer.put(UInt64(bitPattern: value)) }
            writer.put(number)
            writer.put(UInt64(stream.positions.count))
            for (source, position) in stream.positions.sorted(by: { $0.key < $1.key }) {
                writer.put(source)
                writer.put(position)
            }
        }
        let sum = writer.bytes.withUnsafeBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[16...])) }
        writer.replace(at: 8, with: UInt64(sum))
        return writer.bytes
    }

    /// Nil for bytes that are no index; the segment is then looked through.
    init?(decoding bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard reader.number() == SegmentIndex.magic, let sum = reader.number(), bytes.count > 16,
            sum == bytes.withUnsafeBytes({ UInt64(CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[16...]))) }),
            let first = reader.number(), let next = reader.number(), let size = reader.count(),
            let chunkCount = reader.count(), let streamCount = reader.count()
        else { return nil }
        self.first = first
        self.next = next
        self.size = size
        for _ in 0..<chunkCount {
            guard let offset = reader.count(), let length = reader.count(), let earliest = reader.signed(),
                let latest = reader.signed(), let bits = reader.number()
            else { return nil }
            chunks.append(
                Chunk(offset: offset, length: length, earliest: earliest, latest: latest, streams: bits))
        }
        for _ in 0..<streamCount {
            guard let earliest = reader.signed(), let latest = reader.signed(), let ingestedAt = reader.signed(),
                let number = reader.number(), let positions = reader.count()
            else { return nil }
            var stream = Stream(earliest: earliest, latest: latest, ingestedAt: ingestedAt)
            for _ in 0..<positions {
                guard let source = reader.text(), let position = reader.text() else { return nil }
                stream.positions[source] = position
            }
            streams[number] = stream
        }
    }
}

/// Writes numbers and texts one after another, little-endian.
private struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ number: UInt64) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ text: String) {
        put(UInt64(text.utf8.count))
        bytes += Array(text.utf8)
    }

    mutating func replace(at offset: Int, with number: UInt64) {
        withUnsafeBytes(of: number.littleEndian) { bytes.replaceSubrange(offset..<(offset + 8), with: $0) }
    }
}

/// Reads what `ByteWriter` wrote; answers nil at the end and for lengths that cannot be.
private struct ByteReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func number() -> UInt64? {
        guard offset + 8 <= bytes.count else { return nil }
        defer { offset += 8 }
        return bytes.withUnsafeBytes {
            UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
    }

    mutating func signed() -> Int64? { number().map { Int64(bitPattern: $0) } }

    mutating func count() -> Int? { number().flatMap { Int(exactly: $0) } }

    mutating func text() -> String? {
        guard let length = count(), length <= bytes.count - offset else { return nil }
        defer { offset += length }
        return String(decoding: bytes[offset..<(offset + length)], as: UTF8.self)
    }
}
