import AWSModels
import State

/// The tags of a daemon's new task: the daemon's when it says so, and managed ones.
/// Source: Amazon ECS API Reference, CreateDaemon (propagateTags, enableECSManagedTags).
package func propagatedTags(to daemon: DaemonRecord, _ revision: DaemonRevisionRecord) -> [ECS.Tag] {
    let tags = revision.propagateTags == .daemon ? daemon.tags : []
    guard revision.enableECSManagedTags else { return tags }
    return tags + [
        ECS.Tag(key: "aws:ecs:clusterName", value: daemon.cluster),
        ECS.Tag(key: "aws:ecs:daemonName", value: daemon.name),
    ]
}
