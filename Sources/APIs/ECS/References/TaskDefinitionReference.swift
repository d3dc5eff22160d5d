import AWSModels
import AWSWire
import State

/// A task definition as a request names it: `FAMILY`, `FAMILY:REVISION`, or an ARN.
struct TaskDefinitionReference: Equatable {
    var family: String
    /// Nil for the latest ACTIVE one.
    var revision: Int?

    /// - Throws: `InvalidParameterException` for what can be no task definition.
    init(_ text: String, _ realm: Realm) throws(WireError) {
        let name = text.hasPrefix("arn:") ? try resource(ofARN: text, "task-definition", realm) : text
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, Names.isName(first) else {
            throw .invalidParameter("Invalid task definition: \(text)")
        }
        family = String(first)
        guard parts.count == 2 else { return }
        guard let number = Int(parts[1]), number > 0, number < 10_000_000_000 else {
            throw .invalidParameter("Invalid revision number. Number: \(parts[1])")
        }
        revision = number
    }

    /// The definition meant; nil when there is none.
    func find(in snapshot: Snapshot) -> TaskDefinitionRecord? {
        if let revision { return snapshot.get(TaskDefinitionRecord.key(family, revision)) }
        return latestActive(in: snapshot)
    }

    /// The last one of the family's ACTIVE revisions; that there are many inactive ones above it costs nothing.
    private func latestActive(in snapshot: Snapshot) -> TaskDefinitionRecord? {
        var latest: TaskDefinitionRecord?
        let place = TaskDefinitionRecord.place(.active, family)
        snapshot.table(TaskDefinitionRecord.self).forEachReversed(.taskDefinitionByStatus, prefix: place) { record in
            latest = record
            return false
        }
        return latest
    }

    /// The ACTIVE definition that a task or service is to run.
    /// - Throws: `ClientException` when there is none or it is not ACTIVE.
    static func runnable(_ text: String, in snapshot: Snapshot) throws(WireError) -> TaskDefinitionRecord {
        let reference = try TaskDefinitionReference(text, snapshot.realm)
        guard let record = reference.find(in: snapshot) else { throw .client("TaskDefinition not found.") }
        guard record.status == .active else { throw .client("TaskDefinition is inactive") }
        return record
    }
}
