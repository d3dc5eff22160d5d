import Testing

@testable import LogStore

@Suite("Segments of logs") struct SegmentTests {
    private static func batch(_ stream: UInt64, _ times: [Int64], _ text: String = "line") -> LogBatch {
        LogBatch(
            stream: stream, ingestedAt: 5_000,
            events: times.map { LogEvent(time: $0, message: Array("\(text) \($0)".utf8)) })
    }

    private static func scan(_ bytes: [UInt8]) -> (numbers: [UInt64], end: Int, damaged: Int) {
        var numbers: [UInt64] = []
        let scan = bytes.withUnsafeBytes { SegmentScan($0) { _, header, _ in numbers.append(header.number) } }
        return (numbers, scan.end, scan.damagedBytes)
    }

    @Test("the checksum is the known one")
    func checksum() {
        // Source: RFC 3720, appendix B.4: 32 bytes of zeroes, and the customary "123456789".
        #expect([UInt8](repeating: 0, count: 32).withUnsafeBytes { CRC32C.checksum($0) } == 0x8A91_36AA)
        #expect(Array("123456789".utf8).withUnsafeBytes { CRC32C.checksum($0) } == 0xE306_9283)
    }

    @Test("a block says what was put into it")
    func roundTrip() throws {
        var bytes: [UInt8] = []
        var batch = SegmentTests.batch(7, [10, 12, 9_000_000_000_000])
        batch.events.append(LogEvent(time: 9_000_000_000_001, message: []))
        batch.mark = SourceMark(source: "abc", from: "-", to: "1:2")
        let header = LogBlock.append(batch, number: 3, to: &bytes)
        try bytes.withUnsafeBytes { buffer in
            let read = try #require(LogBlock.header(buffer))
            #expect(read == header && read.total == bytes.count && read.earliest == 10)
            let mark = LogBlock.mark(buffer, read)
            #expect(mark?.source == "abc" && mark?.position == "1:2")
            var events: [LogEvent] = []
            LogBlock.forEachEvent(buffer, read) { key, message in
                #expect(key.block == 3 && Int(key.index) == events.count)
                events.append(LogEvent(time: key.time, message: Array(message)))
            }
            #expect(events == batch.events)
        }
    }

    @Test("a segment that was cut off anywhere keeps exactly the blocks that are whole")
    func tornAtEveryByte() {
        var bytes: [UInt8] = []
        var ends = [0]
        for number in 1...4 {
            _ = LogBlock.append(SegmentTests.batch(1, [Int64(number), 20]), number: UInt64(number), to: &bytes)
            ends.append(bytes.count)
        }
        for length in 0...bytes.count {
            let whole = ends.lastIndex { $0 <= length } ?? 0
            let scan = SegmentTests.scan(Array(bytes[..<length]))
            #expect(scan.numbers == (1...4).prefix(whole).map { UInt64($0) }, "cut at \(length)")
            #expect(scan.end == ends[whole] && scan.damaged == 0)
        }
    }

    @Test("a byte that changed spoils its block and no other")
    func bitRot() {
        var bytes: [UInt8] = []
        var starts: [Int] = []
        for number in 1...3 {
            starts.append(bytes.count)
            _ = LogBlock.append(SegmentTests.batch(1, [Int64(number)]), number: UInt64(number), to: &bytes)
        }
        for position in starts[1]..<starts[2] {
            var spoiled = bytes
            spoiled[position] ^= 0x41
            let scan = SegmentTests.scan(spoiled)
            #expect(scan.numbers == [1, 3], "spoiled at \(position)")
            #expect(scan.end == bytes.count && scan.damaged == starts[2] - starts[1])
        }
    }

    @Test("an index is read as it was written, and one that was cut off or spoiled is none")
    func index() throws {
        var index = SegmentIndex(first: 5)
        var bytes: [UInt8] = []
        for number in 5...9 {
            let offset = bytes.count
            let header = LogBlock.append(
                SegmentTests.batch(UInt64(number), [Int64(number)], String(repeating: "x", count: 30_000)),
                number: UInt64(number), to: &bytes)
            index.add(header, mark: number == 6 ? ("source", "9:9") : nil, at: offset)
        }
        #expect(index.chunks.count == 2 && index.size == bytes.count && index.next == 10 && index.times == 5...9)
        let encoded = index.encoded
        #expect(SegmentIndex(decoding: encoded) == index)
        for length in 0..<encoded.count { #expect(SegmentIndex(decoding: Array(encoded[..<length])) == nil) }
        for position in encoded.indices {
            var spoiled = encoded
            spoiled[position] ^= 1
            // The upper half of the checksum's field is not used.
            if position < 12 || position >= 16 { #expect(SegmentIndex(decoding: spoiled) == nil, "at \(position)") }
        }
    }

    @Test("an event's place is 56 digits, and nothing else is a place")
    func keys() {
        let key = EventKey(time: 1_700_000_000_123, block: .max, index: 42)
        #expect(key.text.utf8.count == 56 && EventKey(text: key.text) == key)
        for text in ["", "1", key.text + "0", String(repeating: "x", count: 56), String(repeating: "9", count: 56)] {
            #expect(EventKey(text: text) == nil)
        }
        #expect(EventKey.before(5) < EventKey(time: 5, block: 0, index: 0))
        #expect(EventKey.before(5) > EventKey(time: 4, block: .max - 1, index: 0))
    }
}
