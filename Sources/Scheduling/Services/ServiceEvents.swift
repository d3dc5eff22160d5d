import AWSModels
import State

extension ServiceRecord {
    /// Older events are dropped.
    /// Source: Amazon ECS API Reference, Service.events: the latest 100.
    static let maximumEvents = 100

    /// Puts an event in front. The name of the service is added, and that of the deployment or task set it is about.
    package mutating func addEvent(_ text: String, ofTaskSet set: String? = nil, _ context: inout DecisionContext) {
        let owner = set.map { "\(name), taskSet \($0)" } ?? name
        let event = ECS.ServiceEvent(
            id: context.random.uuid(), createdAt: context.now, message: "(service \(owner)) \(text)")
        events.insert(event, at: 0)
        if events.count > ServiceRecord.maximumEvents { events.removeLast() }
    }
}

/// The event of a service that cannot place a task, in ECS's words: it names the instance that came nearest.
/// Source: Amazon ECS Developer Guide, Service event messages.
package func placementFailureEvent(_ refused: [RefusedInstance]) -> String {
    let start = "was unable to place a task because no container instance met all of its requirements. "
    let end = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
    guard let closest = refused.max(by: { $0.failure.depth < $1.failure.depth }) else {
        return start + "Reason: No Container Instances were found in your cluster. " + end
    }
    let id = closest.instance.path.split(separator: "/").last ?? ""
    return start + "The closest matching (container-instance \(id)) \(closest.failure.eventText). " + end
}

/// The event of a service that protected tasks keep above its desired count.
/// Source: Amazon ECS Developer Guide, Service event messages.
/// - Parameter deployment: the id of its primary deployment.
package func scaleInBlockedEvent(_ deployment: String) -> String {
    "was unable to reach steady state because task set (\(deployment)) was unable to scale in. Reason: The number of "
        + "protected tasks are more than the desired count of tasks."
}

/// The tags of a service's new task: managed ones, and those of the service or definition when it says so.
/// Source: Amazon ECS Developer Guide, Tagging resources (propagateTags, enableECSManagedTags).
package func propagatedTags(to service: ServiceRecord, _ definition: TaskDefinitionRecord) -> [ECS.Tag] {
    var tags: [ECS.Tag] = []
    switch service.settings.propagateTags {
    case .service?: tags = service.tags
    case .taskDefinition?: tags = definition.tags
    default: break
    }
    guard service.settings.enableECSManagedTags else { return tags }
    tags.removeAll { $0.key == "aws:ecs:clusterName" || $0.key == "aws:ecs:serviceName" }
    tags.append(ECS.Tag(key: "aws:ecs:clusterName", value: service.cluster))
    tags.append(ECS.Tag(key: "aws:ecs:serviceName", value: service.name))
    return tags
}
