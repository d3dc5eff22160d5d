/// One event to keep: what a client sent.
package struct LogEvent: Sendable, Equatable {
    /// Milliseconds since 1970, as the client says.
    package var time: Int64
    /// UTF-8.
    package var message: [UInt8]

    package init(time: Int64, message: [UInt8]) {
        self.time = time
        self.message = message
    }
}

/// Events of one stream that are kept together, or not at all.
package struct LogBatch: Sendable, Equatable {
    /// The stream's number in the store.
    package var stream: UInt64
    /// When the events came, in milliseconds since 1970.
    package var ingestedAt: Int64
    /// In order of their times; may be empty when only the mark matters.
    package var events: [LogEvent]
    /// How far the source of the events has been read; nil for a source that does not say.
    package var mark: SourceMark?

    package init(stream: UInt64, ingestedAt: Int64, events: [LogEvent], mark: SourceMark? = nil) {
        self.stream = stream
        self.ingestedAt = ingestedAt
        self.events = events
        self.mark = mark
    }

    /// What the batch takes in memory, roughly.
    var cost: Int { events.reduce(128) { $0 + $1.message.count + 32 } }
}

/// A step of a source that is read into a stream: it is durable with the events read in it, so each is kept exactly
/// once however often a batch is sent.
package struct SourceMark: Sendable, Equatable {
    /// The most bytes a source's name or a position may have.
    package static let maximumBytes = 200

    /// What is read, for example a container's id.
    package var source: String
    /// Where the reading of this batch began; the source's own words.
    package var from: String
    /// Where it ended, and the next one begins.
    package var to: String

    package init(source: String, from: String, to: String) {
        self.source = source
        self.from = from
        self.to = to
    }
}

/// The place of an event in its group: events are in order of their times; those of one time in order of their coming.
package struct EventKey: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970.
    package var time: Int64
    /// The block it lies in.
    package var block: UInt64
    /// Which of the block's events it is.
    package var index: UInt32

    package init(time: Int64, block: UInt64, index: UInt32) {
        self.time = time
        self.block = block
        self.index = index
    }

    /// Before every event of a time.
    package static func before(_ time: Int64) -> EventKey {
        EventKey(time: time == .min ? time : time - 1, block: .max, index: .max)
    }

    package static func < (left: EventKey, right: EventKey) -> Bool {
        (left.time, left.block, left.index) < (right.time, right.block, right.index)
    }

    /// The key as 56 decimal digits, as CloudWatch's event ids have.
    package var text: String {
        EventKey.padded("\(max(0, time))", 26) + EventKey.padded("\(block)", 20) + EventKey.padded("\(index)", 10)
    }

    /// Nil for anything but `text` of a key.
    package init?(text: some StringProtocol) {
        let digits = Array(text.utf8)
        guard digits.count == 56, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        func number<Value: FixedWidthInteger>(_ range: Range<Int>, _ type: Value.Type) -> Value? {
            Value(String(decoding: digits[range], as: UTF8.self))
        }
        guard let time = number(0..<26, Int64.self), let block = number(26..<46, UInt64.self),
            let index = number(46..<56, UInt32.self)
        else { return nil }
        self.init(time: time, block: block, index: index)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

/// An event as it is kept.
package struct StoredEvent: Sendable, Equatable {
    package var key: EventKey
    package var stream: UInt64
    package var ingestedAt: Int64
    package var message: [UInt8]

    package init(key: EventKey, stream: UInt64, ingestedAt: Int64, message: [UInt8]) {
        self.key = key
        self.stream = stream
        self.ingestedAt = ingestedAt
        self.message = message
    }
}
