/// A question about the events of a group.
package struct LogQuery: Sendable {
    package enum Direction: Sendable {
        case ascending
        case descending
    }

    /// The streams that are asked about; nil for every one that `knows` does.
    package var streams: Set<UInt64>?
    /// Events at this time and later, in milliseconds since 1970.
    package var from: Int64 = .min
    /// Events before this time.
    package var to: Int64 = .max
    /// Where the page before ended: only events beyond, in the direction of the walk.
    package var beyond: EventKey?
    package var direction = Direction.ascending
    /// The most events of a page.
    package var limit = 10_000
    /// The most bytes of messages of a page; one event is always there.
    package var maximumBytes = 1 << 20
    /// After so many bytes were read without a full page, the page is what was found.
    package var budgetBytes = 64 << 20
    /// Whether a stream has not been deleted.
    package var knows: @Sendable (UInt64) -> Bool = { _ in true }
    /// Which messages count; nil for all.
    package var matches: (@Sendable (UnsafeRawBufferPointer) -> Bool)?

    package init() {}

    /// Whether an event may be asked for, its message apart.
    func admits(_ key: EventKey) -> Bool {
        guard key.time >= from, key.time < to else { return false }
        guard let beyond else { return true }
        return direction == .ascending ? key > beyond : key < beyond
    }

    func admits(stream: UInt64) -> Bool { streams?.contains(stream) ?? true && knows(stream) }

    /// Whether a chunk may hold such events.
    func admits(_ chunk: SegmentIndex.Chunk, _ bits: UInt64) -> Bool {
        guard chunk.latest >= from, chunk.earliest < to, chunk.streams & bits != 0 else { return false }
        guard let beyond else { return true }
        return direction == .ascending ? chunk.latest >= beyond.time : chunk.earliest <= beyond.time
    }

    /// The bits that chunks with the streams have.
    var bits: UInt64 { streams.map { $0.reduce(0) { $0 | SegmentIndex.bit($1) } } ?? .max }
}

/// A page of an answer, in the direction of the walk.
package struct LogPage: Sendable, Equatable {
    package var events: [StoredEvent] = []
    /// Where to go on; nil when nothing is left. Also a page without events may have one.
    package var next: EventKey?

    package init() {}
}

/// Puts a page together out of chunks that come in the order of the walk, within bounded memory.
struct PageCollector {
    private let query: LogQuery
    private let bits: UInt64
    private var events: [StoredEvent] = []
    private var bytes = 0
    private var scanned = 0
    /// Beyond this nothing comes into the page any more; nil as long as it has room.
    private var cut: EventKey?
    /// Where the walk was given up.
    private var boundary: Int64?

    init(_ query: LogQuery) {
        self.query = query
        bits = query.bits
    }

    /// The chunks to read, in order.
    static func order(_ chunks: [SegmentIndex.Chunk], _ query: LogQuery) -> [Int] {
        let bits = query.bits
        let wanted = chunks.indices.filter { query.admits(chunks[$0], bits) }
        return switch query.direction {
        case .ascending: wanted.sorted { (chunks[$0].earliest, $0) < (chunks[$1].earliest, $1) }
        case .descending: wanted.sorted { (chunks[$0].latest, $0) > (chunks[$1].latest, $1) }
        }
    }

    /// Whether the walk may end before this chunk: what it holds lies beyond a full page, or enough has been read.
    mutating func isDone(before chunk: SegmentIndex.Chunk) -> Bool {
        let edge = query.direction == .ascending ? chunk.earliest : chunk.latest
        if let cut, query.direction == .ascending ? edge > cut.time : edge < cut.time { return true }
        guard scanned >= query.budgetBytes else { return false }
        // Only where it makes progress.
        let start = query.beyond?.time
        let isFurther =
            switch query.direction {
            case .ascending: edge > max(start.map { $0 &+ 1 } ?? .min, query.from)
            case .descending: edge < min(start ?? .max, query.to)
            }
        if isFurther { boundary = edge }
        return isFurther
    }

    /// Takes what counts out of a chunk's bytes.
    mutating func take(_ chunk: UnsafeRawBufferPointer) {
        scanned += chunk.count
        _ = SegmentScan(chunk) { _, header, block in
            guard query.admits(stream: header.stream) else { return }
            LogBlock.forEachEvent(block, header) { key, message in
                guard query.admits(key), !isBeyondCut(key), query.matches?(message) ?? true else { return }
                events.append(
                    StoredEvent(
                        key: key, stream: header.stream, ingestedAt: header.ingestedAt, message: Array(message)))
                bytes += message.count
            }
            if events.count > 2 * query.limit || bytes > 2 * query.maximumBytes + LogQuery.largestEvent { trim() }
        }
        if events.count >= query.limit || bytes >= query.maximumBytes { trim() }
    }

    private func isBeyondCut(_ key: EventKey) -> Bool {
        guard let cut else { return false }
        return query.direction == .ascending ? key > cut : key < cut
    }

    /// Keeps the page and no more.
    private mutating func trim() {
        sort()
        var total = 0
        var count = 0
        while count < min(events.count, query.limit) {
            let size = events[count].message.count
            if count > 0, total + size > query.maximumBytes { break }
            total += size
            count += 1
        }
        guard count < events.count || count == query.limit else { return }
        events.removeSubrange(count...)
        bytes = total
        cut = events.last?.key
    }

    private mutating func sort() {
        switch query.direction {
        case .ascending: events.sort { $0.key < $1.key }
        case .descending: events.sort { $0.key > $1.key }
        }
    }

    /// The page.
    mutating func finish() -> LogPage {
        trim()
        sort()
        var page = LogPage()
        if let boundary {
            // What lies beyond may not be all there is.
            events.removeAll {
                query.direction == .ascending ? $0.key.time >= boundary : $0.key.time <= boundary
            }
            page.next =
                query.direction == .ascending
                ? .before(boundary) : EventKey(time: boundary, block: .max, index: .max)
        }
        page.events = events
        if boundary == nil, cut != nil { page.next = events.last?.key }
        return page
    }
}

extension LogQuery {
    /// What a single event may be.
    static let largestEvent = 1 << 20
}
