import AWSWire
import State

/// ECS Service Action.
/// Source: Amazon ECS Developer Guide, Amazon ECS service action events.
extension StateChangeEvents {
    /// What a service says of itself, and another desired count.
    mutating func addActions(_ delta: Delta<ServiceRecord>) {
        guard let new = delta.new else { return }
        if let old = delta.old, old.desiredCount != new.desiredCount {
            addAction(ServiceAction(name: "SERVICE_DESIRED_COUNT_UPDATED", type: "INFO"), new)
        }
        let last = delta.old?.events.first?.id
        for event in new.events.prefix(while: { $0.id != last }).reversed() {
            if let action = ServiceAction(message: event.message ?? "", of: new.name) { addAction(action, new) }
        }
    }

    private mutating func addAction(_ action: ServiceAction, _ service: ServiceRecord) {
        emit("ECS Service Action", service.arn(snapshot.realm)) { [snapshot, now] detail in
            detail.string("eventType", action.type)
            detail.string("eventName", action.name)
            detail.string("clusterArn", snapshot.realm.ecs("cluster/\(service.cluster)"))
            detail.timestamp("createdAt", now)
            detail.string("reason", action.reason)
        }
    }
}
