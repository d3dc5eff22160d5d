import AWSModels
import AWSWire

/// One revision of a daemon task definition, normalised as DescribeDaemonTaskDefinition shows it.
package struct DaemonTaskDefinitionRecord: Record {
    package var family = ""
    /// From 1; never used again, even after deletion.
    package var revision = 0
    package var status = ECS.DaemonTaskDefinitionStatus.active
    /// The definition without its ARN, revision and status, which the view fills in.
    package var daemonDefinition = ECS.DaemonTaskDefinition()
    /// The attributes an instance must have to run it.
    package var requiredAttributes: [ECS.Attribute] = []
    package var tags: [ECS.Tag] = []
    /// When it became DELETED.
    package var deletedAt: Timestamp?

    package init() {}

    /// Revisions sort as numbers: the key pads them.
    package static func key(_ family: String, _ revision: Int) -> Key<DaemonTaskDefinitionRecord> {
        let digits = String(revision)
        return Key(path: family + "/" + String(repeating: "0", count: max(0, 10 - digits.count)) + digits)
    }
    package var key: Key<DaemonTaskDefinitionRecord> { DaemonTaskDefinitionRecord.key(family, revision) }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.ecs("daemon-task-definition/\(family):\(revision)") }

    /// The place of a family's revisions of one status among all: a whole key of `.daemonTaskDefinitionByStatus`.
    /// The space makes `web` come before `web-2`.
    package static func place(_ status: ECS.DaemonTaskDefinitionStatus, _ family: String) -> String {
        "\(status.rawValue)/\(family) /"
    }

    /// The place of a family among all: a whole key of `.daemonTaskDefinitionByFamily`.
    package static func place(_ family: String) -> String { "ALL/\(family) /" }

    package static let indexes = [
        IndexDefinition<DaemonTaskDefinitionRecord>(.daemonTaskDefinitionByStatus) { place($0.status, $0.family) },
        IndexDefinition<DaemonTaskDefinitionRecord>(.daemonTaskDefinitionByFamily) { place($0.family) },
    ]

    package static let fields = FieldTable<DaemonTaskDefinitionRecord>([
        .init("family", \.family),
        .init("revision", \.revision),
        .init("status", \.status),
        .init("daemonDefinition", \.daemonDefinition),
        .init("requiredAttributes", \.requiredAttributes),
        .init("tags", \.tags),
        .init("deletedAt", \.deletedAt),
    ])
}
