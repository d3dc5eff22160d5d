import AWSModels
import AWSWire
import State

/// The definitions in DELETE_IN_PROGRESS that no task and no service uses any more. Nothing wakes for them but the
/// change that ends the use.
/// Source: Amazon ECS API Reference, DeleteTaskDefinitions.
package func retainTaskDefinitions(_ snapshot: Snapshot, at now: Timestamp) -> Expired<TaskDefinitionRecord> {
    var expired = Expired<TaskDefinitionRecord>()
    let table = snapshot.table(TaskDefinitionRecord.self)
    table.forEach(.taskDefinitionByStatus, prefix: "DELETE_IN_PROGRESS/") { record in
        isUsed(record, snapshot) || expired.consider(record.key, until: now, at: now)
    }
    return expired
}

/// Whether a task that is not STOPPED, or a deployment of a service, is of this definition.
private func isUsed(_ record: TaskDefinitionRecord, _ snapshot: Snapshot) -> Bool {
    snapshot.list(ClusterRecord.self).contains { cluster in
        let tasks = snapshot.list(TaskRecord.self, .taskByFamily, prefix: "\(cluster.name)/\(record.family)/")
        if tasks.contains(where: { $0.revision == record.revision && $0.lastStatus != .stopped }) { return true }
        return snapshot.list(ServiceRecord.self, prefix: "\(cluster.name)/").contains { service in
            service.deployments.contains { $0.family == record.family && $0.revision == record.revision }
        }
    }
}
