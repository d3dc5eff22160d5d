import AWSModels
import AWSWire
import State

/// The definitions in DELETE_IN_PROGRESS that no task and no service uses any more. Nothing wakes for them but the
/// change that ends the use.
///
/// A stopped task uses its definition as long as it is described: the description names the containers' sizes.
/// Source: Amazon ECS API Reference, DeleteTaskDefinitions; Developer Guide, Deleting a task definition revision: it
/// can take up to an hour after the last task.
package func retainTaskDefinitions(_ snapshot: Snapshot, at now: Timestamp) -> Expired<TaskDefinitionRecord> {
    var expired = Expired<TaskDefinitionRecord>()
    let table = snapshot.table(TaskDefinitionRecord.self)
    table.forEach(.taskDefinitionByStatus, prefix: "DELETE_IN_PROGRESS/") { record in
        isUsed(record, snapshot) || expired.consider(record.key, until: now, at: now)
    }
    return expired
}

/// Whether a task, or a deployment of a service, is of this definition.
private func isUsed(_ record: TaskDefinitionRecord, _ snapshot: Snapshot) -> Bool {
    snapshot.list(ClusterRecord.self).contains { cluster in
        hasTask(of: record, in: cluster.name, snapshot) || hasService(of: record, in: cluster.name, snapshot)
    }
}

private func hasTask(of record: TaskDefinitionRecord, in cluster: String, _ snapshot: Snapshot) -> Bool {
    var isFound = false
    snapshot.table(TaskRecord.self).forEach(.taskByFamily, prefix: "\(cluster)/\(record.family)/") { task in
        isFound = task.revision == record.revision
        return !isFound
    }
    return isFound
}

private func hasService(of record: TaskDefinitionRecord, in cluster: String, _ snapshot: Snapshot) -> Bool {
    snapshot.list(ServiceRecord.self, prefix: "\(cluster)/").contains { service in
        service.status != .inactive
            && service.deployments.contains { $0.family == record.family && $0.revision == record.revision }
    }
}
