import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The events of one group: a directory of segments, `0000000000000001.log`, each with the number of its first block
/// for a name. The last one grows; the others have their index beside them in a file.
///
/// One writer at a time (the store's); readers take what the index says at that moment and read the files without a
/// lock.
final class GroupLog: Sendable {
    /// A segment that is as long takes no further blocks.
    static let segmentBytes = 32 << 20
    /// A segment takes no blocks that are so much later than its first, so that retention has something to remove.
    static let segmentMilliseconds: Int64 = 24 * 3_600 * 1_000

    fileprivate struct Contents {
        /// Oldest first; the last is the one that grows. Never empty once there was an event.
        var segments: [SegmentIndex] = []
        /// By the number of the stream: what all segments have of it.
        var streams: [UInt64: SegmentIndex.Stream] = [:]
        var file: Int32?
        /// When the first block of the growing segment came.
        var segmentBegan: Int64 = 0
    }

    private let directory: String
    private let contents = Mutex(Contents())
    /// Damaged bytes that were passed over at the start.
    let damagedBytes: Int

    /// Opens a group's directory, and makes whole what a crash left. Makes nothing on the disk as long as there are no
    /// events.
    /// - Throws: when a segment cannot be read.
    init(_ directory: String) throws(LogStoreError) {
        self.directory = directory
        var loaded = Contents()
        var damaged = 0
        let names = LogFile.names(in: directory).filter { $0.hasSuffix(".log") }
        for (position, name) in names.enumerated() {
            guard let first = UInt64(name.dropLast(4)) else { continue }
            let isLast = position + 1 == names.count
            if !isLast, let index = GroupLog.index(beside: directory + "/" + name) {
                loaded.segments.append(index)
            } else {
                let scan = try GroupLog.scan(directory + "/" + name, first: first)
                damaged += scan.damagedBytes
                loaded.segments.append(scan.index)
            }
        }
        for segment in loaded.segments { loaded.merge(segment) }
        loaded.segmentBegan = loaded.segments.last?.times?.lowerBound ?? 0
        damagedBytes = damaged
        contents.withLock { $0 = loaded }
    }

    deinit { contents.withLock { if let file = $0.file { close(file) } } }

    private static func index(beside path: String) -> SegmentIndex? {
        LogFile.contents(path.dropLast(4) + ".index").flatMap { SegmentIndex(decoding: $0) }
    }

    /// Looks through a segment. What a crash cut off is removed: nobody was told that it is there.
    private static func scan(
        _ path: String, first: UInt64
    ) throws(LogStoreError) -> (index: SegmentIndex, damagedBytes: Int) {
        let file = try LogFile.openForWriting(path)
        defer { close(file) }
        let bytes = try LogFile.read(file, 0..<LogFile.size(file), path)
        var index = SegmentIndex(first: first)
        let scan = bytes.withUnsafeBytes { buffer in
            SegmentScan(buffer) { offset, header, block in
                index.add(header, mark: LogBlock.mark(block, header), at: offset)
            }
        }
        if scan.end < bytes.count, ftruncate(file, off_t(scan.end)) != 0 {
            throw LogStoreError(errno: errno, "shorten", path)
        }
        return (index, scan.damagedBytes)
    }

    private func path(_ segment: UInt64, _ ending: String = "log") -> String {
        let digits = String(segment)
        return directory + "/" + String(repeating: "0", count: 20 - digits.utf8.count) + digits + "." + ending
    }

    // MARK: Writing

    /// Where the next block goes.
    private struct End {
        var file: Int32?
        /// The segment's name; nil when there is none yet.
        var segment: UInt64?
        var size: Int
        var next: UInt64
        var began: Int64
    }

    /// Writes batches, in order, and waits for the disk once.
    /// - Returns: for each batch the number of its block, or why it was not kept.
    func append(_ batches: [LogBatch]) -> [Result<UInt64, LogStoreError>] {
        var end = contents.withLock { contents in
            let last = contents.segments.last
            return End(
                file: contents.file, segment: last?.first, size: last?.size ?? 0, next: last?.next ?? 1,
                began: contents.segmentBegan)
        }
        var positions: [String: String] = [:]
        var results: [Result<UInt64, LogStoreError>] = []
        do {
            let (segment, file) = try roll(&end, before: batches[0])
            var bytes: [UInt8] = []
            var added: [(header: LogBlock.Header, mark: SourceMark?, offset: Int)] = []
            var number = end.next
            for batch in batches {
                if let moved = misplaced(batch, positions) {
                    results.append(.failure(moved))
                    continue
                }
                let offset = end.size + bytes.count
                added.append((LogBlock.append(batch, number: number, to: &bytes), batch.mark, offset))
                if let mark = batch.mark { positions["\(batch.stream)/\(mark.source)"] = mark.to }
                results.append(.success(number))
                number += 1
            }
            try write(bytes, to: file, at: end.size, path(segment))
            commit(added)
        } catch {
            return results.map { _ in .failure(error) }
                + Array(repeating: .failure(error), count: batches.count - results.count)
        }
        return results
    }

    /// A failed write leaves the file as it was.
    private func write(_ bytes: [UInt8], to file: Int32, at offset: Int, _ path: String) throws(LogStoreError) {
        guard !bytes.isEmpty else { return }
        do throws(LogStoreError) {
            try LogFile.write(bytes, to: file, at: offset, path)
            try LogFile.flush(file, path)
        } catch {
            // Nothing of the batches may stay: a restart would find what nobody was told of. What was acknowledged
            // before lies in front of it, and is on the disk.
            _ = ftruncate(file, off_t(offset))
            contents.withLock {
                if let file = $0.file { close(file) }
                $0.file = nil
            }
            throw error
        }
    }

    private func commit(_ added: [(header: LogBlock.Header, mark: SourceMark?, offset: Int)]) {
        contents.withLock { contents in
            guard let last = contents.segments.indices.last else { return }
            for block in added {
                let mark = block.mark.map { (source: $0.source, position: $0.to) }
                contents.segments[last].add(block.header, mark: mark, at: block.offset)
                if let stream = contents.segments[last].streams[block.header.stream] {
                    contents.merge(stream, of: block.header.stream)
                }
            }
        }
    }

    /// Why a batch does not continue what is known of its source; nil when it does, or nothing is known.
    private func misplaced(_ batch: LogBatch, _ pending: [String: String]) -> LogStoreError? {
        guard let mark = batch.mark else { return nil }
        let known = pending["\(batch.stream)/\(mark.source)"] ?? position(of: mark.source, in: batch.stream)
        guard let known, known != mark.from else { return nil }
        return LogStoreError(.moved(expected: known), "the source was read up to \(known) already")
    }

    /// Sees to a segment that takes a batch.
    private func roll(
        _ end: inout End, before batch: LogBatch
    ) throws(LogStoreError) -> (segment: UInt64, file: Int32) {
        let isOld = batch.ingestedAt - end.began > GroupLog.segmentMilliseconds && end.size > 0
        if let segment = end.segment, end.size < GroupLog.segmentBytes, !isOld {
            if let file = end.file { return (segment, file) }
            let file = try LogFile.openForWriting(path(segment))
            contents.withLock { $0.file = file }
            return (segment, file)
        }
        if end.segment == nil {
            let parent = String(directory[..<(directory.lastIndex(of: "/") ?? directory.endIndex)])
            try LogFile.makeDirectory(parent)
            try LogFile.makeDirectory(directory)
            try LogFile.flushDirectory(parent)
        }
        let segment = end.next
        let file = try LogFile.openForWriting(path(segment))
        do throws(LogStoreError) { try LogFile.flushDirectory(directory) } catch {
            close(file)
            throw error
        }
        let full = contents.withLock { contents in
            if let old = contents.file { close(old) }
            contents.file = file
            contents.segmentBegan = batch.ingestedAt
            defer { contents.segments.append(SegmentIndex(first: segment)) }
            return contents.segments.last
        }
        if let full { seal(full) }
        end = End(file: file, segment: segment, size: 0, next: segment, began: batch.ingestedAt)
        return (segment, file)
    }

    /// Writes down what is where in a segment that is full. Without it, or with half of it, the segment is looked
    /// through at the next start.
    private func seal(_ segment: SegmentIndex) {
        let path = path(segment.first, "index")
        guard let file = try? LogFile.openForWriting(path) else { return }
        defer { close(file) }
        _ = ftruncate(file, 0)
        try? LogFile.write(segment.encoded, to: file, at: 0, path)
    }

    // MARK: Reading

    /// One page. Blocking.
    func page(_ query: LogQuery) throws(LogStoreError) -> LogPage {
        let segments = contents.withLock { contents in
            contents.segments.map { (first: $0.first, chunks: $0.chunks) }
        }
        var chunks: [SegmentIndex.Chunk] = []
        var owners: [UInt64] = []
        for segment in segments {
            chunks += segment.chunks
            owners += Array(repeating: segment.first, count: segment.chunks.count)
        }
        var collector = PageCollector(query)
        var open: (segment: UInt64, file: Int32)?
        defer { if let open { close(open.file) } }
        for position in PageCollector.order(chunks, query) {
            let chunk = chunks[position]
            if collector.isDone(before: chunk) { break }
            if open?.segment != owners[position] {
                if let open { close(open.file) }
                open = GroupLog.open(path(owners[position])).map { (owners[position], $0) }
            }
            // A segment that retention removed meanwhile has no events any more.
            guard let file = open?.file else { continue }
            let range = chunk.offset..<(chunk.offset + chunk.length)
            let bytes = try LogFile.read(file, range, path(owners[position]))
            bytes.withUnsafeBytes { collector.take($0) }
        }
        return collector.finish()
    }

    private static func open(_ path: String) -> Int32? {
        #if canImport(Glibc)
            let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        #elseif canImport(Musl)
            let file = Musl.open(path, O_RDONLY | O_CLOEXEC)
        #else
            let file = Darwin.open(path, O_RDONLY | O_CLOEXEC)
        #endif
        return file >= 0 ? file : nil
    }

    /// How far a source was read into a stream; nil when nothing is known of it.
    func position(of source: String, in stream: UInt64) -> String? {
        contents.withLock { $0.streams[stream]?.positions[source] }
    }

    /// What there is of streams.
    func status(of streams: [UInt64]) -> [UInt64: StreamStatus] {
        contents.withLock { contents in
            var result: [UInt64: StreamStatus] = [:]
            for stream in streams { result[stream] = contents.streams[stream].flatMap(StreamStatus.init) }
            return result
        }
    }

    /// Bytes on the disk.
    var storedBytes: Int { contents.withLock { $0.segments.reduce(0) { $0 + $1.size } } }

    // MARK: Retention

    /// Removes segments in which nothing is left that may be shown: all older than `time`, or of streams that are gone.
    /// The one that grows stays.
    func expire(before time: Int64?, isLive: (UInt64) -> Bool) {
        let gone = contents.withLock { contents -> [UInt64] in
            let dead = contents.segments.dropLast().filter { segment in
                if let time, let times = segment.times, times.upperBound < time { return true }
                return !segment.streams.keys.contains(where: isLive)
            }
            guard !dead.isEmpty else { return [] }
            let names = Set(dead.map(\.first))
            contents.segments.removeAll { names.contains($0.first) }
            contents.streams = [:]
            for segment in contents.segments { contents.merge(segment) }
            return dead.map(\.first)
        }
        for segment in gone {
            LogFile.remove(path(segment))
            LogFile.remove(path(segment, "index"))
        }
    }
}

extension GroupLog.Contents {
    fileprivate mutating func merge(_ segment: SegmentIndex) {
        for (number, stream) in segment.streams { merge(stream, of: number) }
    }

    fileprivate mutating func merge(_ stream: SegmentIndex.Stream, of number: UInt64) {
        guard var known = streams[number] else {
            streams[number] = stream
            return
        }
        known.earliest = min(known.earliest, stream.earliest)
        known.latest = max(known.latest, stream.latest)
        known.ingestedAt = max(known.ingestedAt, stream.ingestedAt)
        known.positions.merge(stream.positions) { $1 }
        streams[number] = known
    }
}

/// What is known of a stream without reading it: times in milliseconds since 1970.
package struct StreamStatus: Sendable, Equatable {
    package var earliest: Int64
    package var latest: Int64
    package var ingestedAt: Int64

    init?(_ stream: SegmentIndex.Stream) {
        guard stream.earliest <= stream.latest else { return nil }
        earliest = stream.earliest
        latest = stream.latest
        ingestedAt = stream.ingestedAt
    }
}
