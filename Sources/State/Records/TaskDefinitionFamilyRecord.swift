/// A family of task definitions: remembers the last revision, which is never given out again.
package struct TaskDefinitionFamilyRecord: Record {
    package var family = ""
    /// The highest revision ever registered.
    package var latestRevision = 0

    package init() {}

    package static func key(_ family: String) -> Key<TaskDefinitionFamilyRecord> { Key(path: family) }
    package var key: Key<TaskDefinitionFamilyRecord> { TaskDefinitionFamilyRecord.key(family) }

    package static let fields = FieldTable<TaskDefinitionFamilyRecord>([
        .init("family", \.family),
        .init("latestRevision", \.latestRevision),
    ])
}
