/// What is whole in a segment's bytes, after a crash or a fault of the disk.
struct SegmentScan: Sendable {
    /// Where the last whole block ends: what lies behind was never acknowledged.
    private(set) var end = 0
    /// Bytes in front of `end` that are no block: a fault of the disk, not of a crash.
    private(set) var damagedBytes = 0

    /// Looks at every block.
    /// - Parameter body: takes the blocks in order, with the places where they begin.
    init(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (_ offset: Int, _ header: LogBlock.Header, _ block: UnsafeRawBufferPointer) -> Void
    ) {
        var offset = 0
        while offset < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
            if let header = LogBlock.header(rest) {
                body(offset, header, UnsafeRawBufferPointer(rebasing: rest[..<header.total]))
                damagedBytes += offset - end
                offset += header.total
                end = offset
            } else {
                offset = SegmentScan.nextMagic(bytes, after: offset)
            }
        }
    }

    /// Where the next block may begin.
    private static func nextMagic(_ bytes: UnsafeRawBufferPointer, after offset: Int) -> Int {
        var next = offset + 1
        while next + 4 <= bytes.count {
            if bytes[next] == 0x52, bytes[next + 1] == 0x4C, bytes[next + 2] == 0x42, bytes[next + 3] == 0x31 {
                return next
            }
            next += 1
        }
        return bytes.count
    }
}
