/// A family of daemon task definitions: remembers the last revision, which is never given out again.
package struct DaemonTaskDefinitionFamilyRecord: Record {
    package var family = ""
    /// The highest revision ever registered.
    package var latestRevision = 0

    package init() {}

    package static func key(_ family: String) -> Key<DaemonTaskDefinitionFamilyRecord> { Key(path: family) }
    package var key: Key<DaemonTaskDefinitionFamilyRecord> { DaemonTaskDefinitionFamilyRecord.key(family) }

    package static let fields = FieldTable<DaemonTaskDefinitionFamilyRecord>([
        .init("family", \.family),
        .init("latestRevision", \.latestRevision),
    ])
}
