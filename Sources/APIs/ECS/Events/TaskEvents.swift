import AWSWire
import State

/// ECS Task State Change.
/// Source: Amazon ECS Developer Guide, Amazon ECS task state change events.
extension StateChangeEvents {
    /// A task that clients would see differently; its instance has other resources left when it comes or goes.
    mutating func addTask(_ delta: Delta<TaskRecord>) {
        if delta.oldBox?.value.holdsResources ?? false != delta.newBox?.value.holdsResources ?? false,
            let key = (delta.newBox ?? delta.oldBox)?.value.instanceKey
        {
            note(key)
        }
        guard let new = delta.newBox, delta.oldBox.map({ differs($0.value, new.value) }) ?? true else { return }
        var task = projection.task(new.value, includesTags: false)
        // Observed: the same attachment has another type here.
        for index in (task.attachments ?? []).indices { task.attachments?[index].type = "eni" }
        emit("ECS Task State Change", task.taskArn) { [now] detail in
            detail.members(of: task)
            detail.timestamp("updatedAt", now)
        }
    }

    private func differs(_ old: TaskRecord, _ new: TaskRecord) -> Bool {
        guard old.version == new.version, old.containers.count == new.containers.count else { return true }
        return zip(old.containers, new.containers).contains { old, new in
            old.lastStatus != new.lastStatus || old.healthStatus != new.healthStatus
        }
    }
}
