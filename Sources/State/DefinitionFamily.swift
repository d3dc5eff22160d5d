/// A family of definitions: remembers the last revision, which is never given out again.
package protocol DefinitionFamily: TableRecord {
    var family: String { get set }
    /// The highest revision ever registered.
    var latestRevision: Int { get set }
    static func key(_ family: String) -> Key<Self>
}

extension TaskDefinitionFamilyRecord: DefinitionFamily {}
extension DaemonTaskDefinitionFamilyRecord: DefinitionFamily {}
