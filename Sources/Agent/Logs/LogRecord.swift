import AWSWire

/// One record of the engine's `json-file`: a line of a container's output, or a part of one that is longer than 16 KiB.
struct LogRecord: Sendable, Equatable {
    enum Stream: Sendable, Equatable {
        case output
        case errors

        var other: Stream { self == .output ? .errors : .output }
    }

    var stream: Stream
    /// Milliseconds since 1970.
    var time: Int64
    /// UTF-8; the last part of a line ends in a line feed.
    var text: [UInt8]
    /// Where it begins in its file.
    var offset: Int

    /// Reads a line of the file: `{"log":"text\n","stream":"stdout","time":"2026-11-28T20:52:56.123456789Z"}`.
    ///
    /// When the engine was killed while it wrote, another record follows the beginning of one: then that one counts.
    /// - Returns: nil for what is none.
    init?(_ line: UnsafeRawBufferPointer, offset: Int) {
        if let record = LogRecord.read(line, offset) {
            self = record
            return
        }
        let start = Array(#"{"log":""#.utf8)
        var position = line.count - start.count
        var tries = 8
        while position > 0, tries > 0 {
            let rest = UnsafeRawBufferPointer(rebasing: line[position...])
            position -= 1
            guard rest.starts(with: start) else { continue }
            tries -= 1
            if let record = LogRecord.read(rest, offset) {
                self = record
                return
            }
        }
        return nil
    }

    private init(stream: Stream, time: Int64, text: [UInt8], offset: Int) {
        self.stream = stream
        self.time = time
        self.text = text
        self.offset = offset
    }

    private static func read(_ line: UnsafeRawBufferPointer, _ offset: Int) -> LogRecord? {
        let bytes = Array(line)
        guard let value = try? JSONValue.parse(bytes), let text = value["log"]?.stringValue,
            let time = value["time"]?.stringValue.flatMap(LogRecord.milliseconds)
        else { return nil }
        let stream: Stream = value["stream"]?.stringValue == "stderr" ? .errors : .output
        return LogRecord(stream: stream, time: time, text: Array(text.utf8), offset: offset)
    }

    /// A time as Go prints it: RFC 3339 with up to nine digits of a second.
    static func milliseconds(_ text: String) -> Int64? {
        guard text.hasSuffix("Z"), let dot = text.firstIndex(of: ".") else {
            return Timestamp(iso8601: text)?.milliseconds
        }
        // Thousandths are enough, and cut off rather than rounded, as the driver does.
        let digits = text[text.index(after: dot)...].dropLast().prefix(3)
        let padded = digits + String(repeating: "0", count: 3 - digits.count)
        return Timestamp(iso8601: "\(text[..<dot]).\(padded)Z")?.milliseconds
    }
}
