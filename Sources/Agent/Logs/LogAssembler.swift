import AWSWire

/// Makes events of records: joins the parts of long lines, and lines that belong to one event.
///
/// Each of a container's two streams is put together by itself. Events are handed out with the place behind them, so
/// that whoever delivered some knows where to go on.
/// Source: moby, daemon/logger/awslogs: one event a line, empty lines are none, 256 KiB less 26 bytes at most; with a
/// pattern, an event goes from a line that it finds to the next one, or until nothing came for 5 seconds.
struct LogAssembler: Sendable {
    /// An event, or a piece of one that is too long.
    struct Event: Sendable, Equatable {
        var time: Int64
        var message: [UInt8]
        var stream: LogRecord.Stream
        /// Where to go on with the stream once it is delivered.
        var next: LogPlace
        /// Where to go on with the other stream; nil when something of that is open, so that it stays where it was.
        var other: LogPlace?
    }

    static let maximumBytes = (256 << 10) - 26
    /// How long an event may lack its next line.
    static let patience: Duration = .seconds(5)

    /// What a stream has begun and not finished.
    private struct Open: Sendable {
        /// Whole lines of an event, each with its line feed. Only with a pattern.
        var lines: [UInt8] = []
        var linesTime: Int64 = 0
        /// The beginning of a line.
        var part: [UInt8] = []
        var partTime: Int64 = 0
        /// Where the beginning of the line is.
        var partPlace: LogPlace?

        var isOpen: Bool { !lines.isEmpty || partPlace != nil }
    }

    private let eventStart: LinearPattern?
    private var output = Open()
    private var errors = Open()

    init(eventStart: LinearPattern?) { self.eventStart = eventStart }

    /// Takes a record.
    /// - Parameters:
    ///   - place: where it is; bytes of its text that were taken before are left out.
    ///   - end: the place behind it.
    mutating func take(_ record: LogRecord, at place: LogPlace, end: LogPlace, _ events: inout [Event]) {
        let before = events.count
        switch record.stream {
        case .output: take(record, place, end, &output, &events)
        case .errors: take(record, place, end, &errors, &events)
        }
        let isOtherOpen = record.stream == .output ? errors.isOpen : output.isOpen
        guard !isOtherOpen else { return }
        // What the other stream has said so far was handed out before, and it says nothing within this record.
        for index in before..<events.count { events[index].other = place.taken == 0 ? place : nil }
        if let last = events.indices.last, last >= before, events[last].next == end { events[last].other = end }
    }

    private func take(
        _ record: LogRecord, _ place: LogPlace, _ end: LogPlace, _ open: inout Open, _ events: inout [Event]
    ) {
        var place = place
        var text = record.text[min(place.taken, record.text.count)...]
        let isLast = text.last == 0x0A
        if isLast { text.removeLast() }
        if open.partPlace == nil {
            open.partPlace = place
            open.partTime = record.time
        }
        while open.part.count + text.count > LogAssembler.maximumBytes {
            let room = LogAssembler.whole(text, LogAssembler.maximumBytes - open.part.count)
            open.part += text.prefix(room)
            text = text.dropFirst(room)
            place.taken += room
            finishLine(record.stream, next: place, &open, &events)
            open.partPlace = place
            open.partTime = record.time
        }
        open.part += text
        guard isLast else { return }
        finishLine(record.stream, next: end, &open, &events)
    }

    /// How many of the first `count` bytes are whole characters.
    private static func whole(_ text: ArraySlice<UInt8>, _ count: Int) -> Int {
        guard count < text.count else { return text.count }
        var end = count
        while end > 0, count - end < 4, text[text.startIndex + end] & 0xC0 == 0x80 { end -= 1 }
        // Bytes that are no text are cut anywhere.
        return count - end < 4 ? end : count
    }

    private func finishLine(
        _ stream: LogRecord.Stream, next: LogPlace, _ open: inout Open, _ events: inout [Event]
    ) {
        let line = open.part
        let start = open.partPlace ?? next
        let time = open.partTime
        open.part = []
        open.partPlace = nil
        guard let eventStart else {
            if !line.isEmpty { events.append(Event(time: time, message: line, stream: stream, next: next)) }
            return
        }
        let isStart = eventStart.isFound(in: String(decoding: line, as: UTF8.self))
        if isStart || open.lines.count + line.count + 1 > LogAssembler.maximumBytes {
            flush(stream, next: start, &open, &events)
        }
        if open.lines.isEmpty { open.linesTime = time }
        open.lines += line
        if open.lines.count < LogAssembler.maximumBytes { open.lines.append(0x0A) }
    }

    private func flush(_ stream: LogRecord.Stream, next: LogPlace, _ open: inout Open, _ events: inout [Event]) {
        guard !open.lines.isEmpty else { return }
        events.append(Event(time: open.linesTime, message: open.lines, stream: stream, next: next))
        open.lines = []
    }

    /// Hands out events that waited for further lines: none came for a while.
    /// - Parameter end: the place behind the last record.
    mutating func flush(end: LogPlace, _ events: inout [Event]) {
        flush(.output, next: output.partPlace ?? end, &output, &events)
        flush(.errors, next: errors.partPlace ?? end, &errors, &events)
    }

    /// Hands out all that is there: nothing will follow.
    mutating func finish(end: LogPlace, _ events: inout [Event]) {
        if !output.part.isEmpty { finishLine(.output, next: end, &output, &events) }
        if !errors.part.isEmpty { finishLine(.errors, next: end, &errors, &events) }
        flush(end: end, &events)
    }
}
