import AWSWire

/// A log stream of a group.
package struct LogStreamRecord: Record {
    /// The group's id.
    package var group = ""
    package var name = ""
    /// 16 hexadecimal digits: the stream's number in the log store.
    package var id = ""
    package var createdAt = Timestamp(milliseconds: 0)

    package init() {}

    /// A new stream.
    package init(_ name: String, of group: LogGroupRecord, _ context: inout DecisionContext) {
        self.group = group.id
        self.name = name
        id = context.random.hex(16)
        createdAt = context.now
    }

    /// Names may hold slashes; the group's id holds none.
    package static func key(_ group: String, _ name: String) -> Key<LogStreamRecord> { Key(path: "\(group)/\(name)") }
    package var key: Key<LogStreamRecord> { LogStreamRecord.key(group, name) }

    /// The stream's number in the log store.
    package var number: UInt64 { UInt64(id, radix: 16) ?? 0 }

    package static let indexes = [
        IndexDefinition<LogStreamRecord>(.logStreamByID) { "\($0.group)/\($0.id)/" }
    ]

    package static let fields = FieldTable<LogStreamRecord>([
        .init("group", \.group),
        .init("name", \.name),
        .init("id", \.id),
        .init("createdAt", \.createdAt),
    ])
}

extension Snapshot {
    /// The group with an id.
    package func logGroup(id: String) -> LogGroupRecord? {
        list(LogGroupRecord.self, .logGroupByID, prefix: "\(id)/").first
    }

    /// The stream of a group with a number.
    package func logStream(_ number: UInt64, of group: String) -> LogStreamRecord? {
        let digits = String(number, radix: 16)
        let id = String(repeating: "0", count: 16 - digits.utf8.count) + digits
        return list(LogStreamRecord.self, .logStreamByID, prefix: "\(group)/\(id)/").first
    }
}
