import AWSModels
import AWSWire

/// What a daemon was to be at the beginning of a deployment. It never changes.
package struct DaemonRevisionRecord: Record {
    package var cluster = ""
    package var daemon = ""
    /// 19 digits.
    package var id = ""
    /// The daemon task definition's.
    package var family = ""
    /// The daemon task definition's.
    package var definitionRevision = 0
    /// The names of the capacity providers, in the order of the request.
    package var capacityProviders: [String] = []
    /// The containers and their images, without digests.
    package var containerImages: [ECS.DaemonContainerImage] = []
    package var propagateTags = ECS.DaemonPropagateTags.none
    package var enableECSManagedTags = false
    package var enableExecuteCommand = false
    /// Whether an instance is no good without the daemon's task.
    package var isCritical = false
    package var createdAt = Timestamp(milliseconds: 0)

    package init() {}

    package static func key(_ cluster: String, _ daemon: String, _ id: String) -> Key<DaemonRevisionRecord> {
        Key(path: "\(cluster)/\(daemon)/\(id)")
    }
    package var key: Key<DaemonRevisionRecord> { DaemonRevisionRecord.key(cluster, daemon, id) }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.ecs("daemon-revision/\(key.path)") }

    /// The key of the daemon task definition.
    package var definitionKey: Key<DaemonTaskDefinitionRecord> {
        DaemonTaskDefinitionRecord.key(family, definitionRevision)
    }

    package static let fields = FieldTable<DaemonRevisionRecord>([
        .init("cluster", \.cluster),
        .init("daemon", \.daemon),
        .init("id", \.id),
        .init("family", \.family),
        .init("definitionRevision", \.definitionRevision),
        .init("capacityProviders", \.capacityProviders),
        .init("containerImages", \.containerImages),
        .init("propagateTags", \.propagateTags),
        .init("enableECSManagedTags", \.enableECSManagedTags),
        .init("enableExecuteCommand", \.enableExecuteCommand),
        .init("isCritical", \.isCritical),
        .init("createdAt", \.createdAt),
    ])
}
