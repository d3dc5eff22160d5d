import AWSModels

/// Events as lines for a terminal: each begins with the container and the task it is from.
struct LogLines {
    /// Whether to tell tasks apart by colours.
    var isColored: Bool

    /// Bright ones that can be read on dark and on light ground; red is for errors of others.
    private static let colors = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94]

    /// The lines of an event, without line feeds.
    func lines(_ message: String, _ label: String, width: Int) -> [String] {
        let padded = label + String(repeating: " ", count: max(0, width - label.count))
        let prefix = isColored ? "\u{1B}[\(color(label))m\(padded) |\u{1B}[0m " : "\(padded) | "
        var text = Substring(message)
        while text.hasSuffix("\n") || text.hasSuffix("\r") { text = text.dropLast() }
        return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { prefix + $0 }
    }

    /// The same label always has the same colour.
    private func color(_ label: String) -> Int {
        let hash = label.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return LogLines.colors[Int(hash % UInt32(LogLines.colors.count))]
    }
}

/// What was shown already, so that an event that is read again is not shown again.
struct ShownEvents {
    /// Events may come so much later than others that are younger: agents send what they have five times a second, and
    /// after a region's restart what they kept meanwhile.
    static let lateness: Int64 = 60_000

    private var ids: Set<EventID> = []
    /// The time of the youngest event.
    private(set) var newest: Int64
    /// Nothing that comes before this one is shown any more.
    private var oldest: EventID?

    /// - Parameter start: events before this time are not asked for.
    init(from start: Int64) { newest = start }

    /// Leaves out what was left out of the first page.
    mutating func begin(with oldest: EventID) { self.oldest = oldest }

    /// Takes an event over.
    /// - Returns: whether it is new.
    mutating func add(_ id: EventID) -> Bool {
        if let oldest, id < oldest { return false }
        guard ids.insert(id).inserted else { return false }
        newest = max(newest, id.time)
        return true
    }

    /// Forgets what is too old to be read again.
    mutating func trim() {
        guard ids.count > 20_000 else { return }
        ids = ids.filter { $0.time >= newest - 2 * ShownEvents.lateness }
    }
}

/// What tells an event from others, also those of other groups; in the order in which they are shown.
struct EventID: Hashable, Comparable {
    var time: Int64
    var id: String
    var group: String

    init(time: Int64, id: String = "", group: String = "") {
        self.time = time
        self.id = id
        self.group = group
    }

    init(_ event: Logs.FilteredLogEvent, in group: String) {
        self.init(time: Int64(event.timestamp ?? 0), id: event.eventId ?? "", group: group)
    }

    static func < (left: EventID, right: EventID) -> Bool {
        (left.time, left.id, left.group) < (right.time, right.id, right.group)
    }
}
