import AWSModels
import AWSWire
import State

/// ECS Container Instance State Change.
/// Source: Amazon ECS Developer Guide, Amazon ECS container instance state change events.
extension StateChangeEvents {
    /// An instance that clients would see differently.
    mutating func addInstance(_ delta: Delta<ContainerInstanceRecord>) {
        if let new = delta.new, delta.old.map({ differs($0, new) }) ?? true { note(delta.key) }
    }

    /// Gives an instance an event at the end.
    mutating func note(_ key: Key<ContainerInstanceRecord>) {
        if noted.insert(key).inserted { instances.append(key) }
    }

    private func differs(_ old: ContainerInstanceRecord, _ new: ContainerInstanceRecord) -> Bool {
        old.version != new.version || old.status != new.status || old.agentConnected != new.agentConnected
            || old.shownAttributes.count != new.shownAttributes.count
    }

    /// The event of an instance that has changed, unless it is gone.
    mutating func emitInstance(_ key: Key<ContainerInstanceRecord>) {
        guard let instance = snapshot.get(key) else { return }
        let shown = ECS.ContainerInstance(instance, in: snapshot)
        emit("ECS Container Instance State Change", instance.arn(snapshot.realm)) { [snapshot, now] detail in
            detail.string("clusterArn", snapshot.realm.ecs("cluster/\(instance.cluster)"))
            detail.members(of: shown)
            detail.timestamp("updatedAt", now)
        }
    }
}
