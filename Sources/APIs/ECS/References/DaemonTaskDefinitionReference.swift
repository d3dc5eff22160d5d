import AWSModels
import AWSWire
import State

/// A daemon task definition as a request names it: `FAMILY`, `FAMILY:REVISION`, or an ARN.
struct DaemonTaskDefinitionReference {
    var family: String
    /// Nil for the latest ACTIVE one.
    var revision: Int?

    /// - Throws: `InvalidParameterException` for what can be no daemon task definition.
    init(_ text: String, _ realm: Realm) throws(WireError) {
        let name = text.hasPrefix("arn:") ? try resource(ofARN: text, "daemon-task-definition", realm) : text
        // What follows the resource type of an ARN has the same form, and the same mistakes, as a task definition's.
        let parts = try TaskDefinitionReference(name, realm)
        (family, revision) = (parts.family, parts.revision)
    }

    /// The definition meant; nil when there is none.
    func find(in snapshot: Snapshot) -> DaemonTaskDefinitionRecord? {
        if let revision { return snapshot.get(DaemonTaskDefinitionRecord.key(family, revision)) }
        var latest: DaemonTaskDefinitionRecord?
        let table = snapshot.table(DaemonTaskDefinitionRecord.self)
        let place = DaemonTaskDefinitionRecord.place(.active, family)
        table.forEachReversed(.daemonTaskDefinitionByStatus, prefix: place) { record in
            latest = record
            return false
        }
        return latest
    }

    /// The ARN of what is meant, whether or not it exists.
    func arn(_ realm: Realm) -> String {
        realm.ecs("daemon-task-definition/\(family)" + (revision.map { ":\($0)" } ?? ""))
    }

    /// The ACTIVE definition that a daemon is to run.
    /// - Throws: `ClientException` when there is none or it is not ACTIVE.
    static func runnable(_ text: String, in snapshot: Snapshot) throws(WireError) -> DaemonTaskDefinitionRecord {
        guard let record = try DaemonTaskDefinitionReference(text, snapshot.realm).find(in: snapshot) else {
            throw .client("The specified daemon task definition was not found. Register it and try again.")
        }
        guard record.status == .active else {
            throw .client("The specified daemon task definition is not ACTIVE. Specify an ACTIVE one and try again.")
        }
        return record
    }
}
