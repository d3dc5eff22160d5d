import AWSModels
import AWSWire

/// One revision of a task definition, normalised as DescribeTaskDefinition shows it.
package struct TaskDefinitionRecord: Record {
    package var family = ""
    /// From 1; never used again, even after deletion.
    package var revision = 0
    package var status = ECS.TaskDefinitionStatus.active
    /// The definition without its ARN, revision and status, which the view fills in.
    package var definition = ECS.TaskDefinition()
    package var tags: [ECS.Tag] = []

    package init() {}

    /// Revisions sort as numbers: the key pads them.
    package static func key(_ family: String, _ revision: Int) -> Key<TaskDefinitionRecord> {
        let digits = String(revision)
        return Key(path: family + "/" + String(repeating: "0", count: max(0, 10 - digits.count)) + digits)
    }
    package var key: Key<TaskDefinitionRecord> { TaskDefinitionRecord.key(family, revision) }

    /// `family:revision`.
    package var name: String { "\(family):\(revision)" }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.ecs("task-definition/\(name)") }

    /// The place of a family's revisions of one status among all: a whole key of `.taskDefinitionByStatus`.
    ///
    /// The space makes `web` come before `web-2`, as lists are sorted by family first: `-` sorts before `/`.
    package static func place(_ status: ECS.TaskDefinitionStatus, _ family: String) -> String {
        "\(status.rawValue)/\(family) /"
    }

    package static let indexes = [
        // By status, then by family, then (through the record key) by revision.
        IndexDefinition<TaskDefinitionRecord>(.taskDefinitionByStatus) { place($0.status, $0.family) }
    ]

    package static let fields = FieldTable<TaskDefinitionRecord>([
        .init("family", \.family),
        .init("revision", \.revision),
        .init("status", \.status),
        .init("definition", \.definition),
        .init("tags", \.tags),
    ])
}
