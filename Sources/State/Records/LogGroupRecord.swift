import AWSModels
import AWSWire

/// A log group of CloudWatch Logs. Its events are no records: they are in the log store, under `id`.
package struct LogGroupRecord: Record {
    package var name = ""
    /// 16 hexadecimal digits, so that a group made anew has none of the events of the one before.
    package var id = ""
    package var createdAt = Timestamp(milliseconds: 0)
    /// How many days events are kept; nil for ever.
    package var retentionDays: Int?
    package var logClass = Logs.LogGroupClass.standard
    package var tags: [ECS.Tag] = []

    package init() {}

    package static func key(_ name: String) -> Key<LogGroupRecord> { Key(path: name) }
    package var key: Key<LogGroupRecord> { LogGroupRecord.key(name) }

    /// The ARN without what may follow for the group's streams.
    package func arn(_ realm: Realm) -> String { realm.arn("logs", "log-group:\(name)") }

    /// Events before this time are not shown any more; nil when all are.
    package func oldestShown(at now: Timestamp) -> Timestamp? {
        retentionDays.map { now.advanced(byMilliseconds: -Int64($0) * 24 * 3_600 * 1_000) }
    }

    package static let indexes = [IndexDefinition<LogGroupRecord>(.logGroupByID) { "\($0.id)/" }]

    package static let fields = FieldTable<LogGroupRecord>([
        .init("name", \.name),
        .init("id", \.id),
        .init("createdAt", \.createdAt),
        .init("retentionDays", \.retentionDays),
        .init("logClass", \.logClass),
        .init("tags", \.tags),
    ])
}
