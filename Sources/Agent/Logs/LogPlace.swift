/// A place in the files of the engine that hold a container's output.
struct LogPlace: Sendable, Equatable {
    /// What tells the file from all others: a fingerprint of its first line, as files are renamed when a new one
    /// begins.
    var file: UInt64
    /// Where a record begins, in bytes.
    var offset: Int
    /// How many bytes of the record's text have been taken already.
    var taken = 0
}

/// How far a container's output has been delivered: its two streams each by itself, as a line of one may be finished
/// while one of the other is not.
struct LogPosition: Sendable, Equatable {
    /// Nil at the very beginning.
    var output: LogPlace?
    var errors: LogPlace?

    init() {}

    subscript(stream: LogRecord.Stream) -> LogPlace? {
        get { stream == .output ? output : errors }
        set { if stream == .output { output = newValue } else { errors = newValue } }
    }

    /// The position as a word without slashes: `9f3c…:1024:0,-`.
    var text: String { "\(LogPosition.text(output)),\(LogPosition.text(errors))" }

    private static func text(_ place: LogPlace?) -> String {
        place.map { String($0.file, radix: 16) + ":\($0.offset):\($0.taken)" } ?? "-"
    }

    /// Nil for anything but `text` of a position.
    init?(_ text: String) {
        let places = text.split(separator: ",", omittingEmptySubsequences: false)
        guard places.count == 2 else { return nil }
        for (stream, place) in zip([LogRecord.Stream.output, .errors], places) where place != "-" {
            let parts = place.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 3, let file = UInt64(parts[0], radix: 16), let offset = Int(parts[1]), offset >= 0,
                let taken = Int(parts[2]), taken >= 0
            else { return nil }
            self[stream] = LogPlace(file: file, offset: offset, taken: taken)
        }
    }
}
