import AWSModels
import AWSWire
import State

/// Moves deleted daemon task definitions on: DELETE_IN_PROGRESS while a daemon may still start tasks of them or one of
/// their tasks lives, then DELETED, and gone when they have been visible for their day.
/// Source: Amazon ECS API Reference, DeleteDaemonTaskDefinition.
package func retainDaemonTaskDefinitions(_ snapshot: Snapshot, at now: Timestamp) -> Plan {
    var transaction = Transaction(snapshot)
    var expired = Expired<DaemonTaskDefinitionRecord>()
    let table = snapshot.table(DaemonTaskDefinitionRecord.self)
    table.forEach(.daemonTaskDefinitionByStatus, prefix: "DELETE_IN_PROGRESS/") { record in
        guard !isUsed(record, snapshot) else { return true }
        var record = record
        record.status = .deleted
        record.deletedAt = now
        transaction.put(record)
        return expired.consider(record.key, until: now.advanced(by: Retention.inactive), at: now)
    }
    table.forEach(.daemonTaskDefinitionByStatus, prefix: "DELETED/") { record in
        expired.consider(record.key, until: (record.deletedAt ?? now).advanced(by: Retention.inactive), at: now)
    }
    let due = expired.keys
    for key in due { transaction.delete(key) }
    return Plan(transaction, wakeAt: expired.wakeAt)
}

/// Whether a daemon may start tasks of the definition, or has live ones.
private func isUsed(_ record: DaemonTaskDefinitionRecord, _ snapshot: Snapshot) -> Bool {
    snapshot.list(DaemonRecord.self).contains { daemon in
        [daemon.targetRevision, daemon.stableRevision].compactMap(\.self).contains { id in
            let revision = snapshot.get(DaemonRevisionRecord.key(daemon.cluster, daemon.name, id))
            return revision?.definitionKey == record.key
        } || snapshot.liveTasks(of: daemon.key).contains { $0.definitionKey == record.definitionKey }
    }
}

/// Removes the deployments of daemons that have been visible for their time, and the revisions that only they named.
/// The newest one of a daemon stays as long as the daemon.
package func retainDaemonDeployments(_ snapshot: Snapshot, at now: Timestamp) -> Plan {
    var transaction = Transaction(snapshot)
    var expired = Expired<DaemonDeploymentRecord>()
    snapshot.table(DaemonDeploymentRecord.self).forEach(.daemonDeploymentByEnd, prefix: "") { deployment in
        let daemon = snapshot.get(DaemonRecord.key(deployment.cluster, deployment.daemon))
        guard daemon?.deployment != deployment.id, let end = deployment.finishedAt ?? deployment.stoppedAt else {
            return true
        }
        let hasRoom = expired.consider(
            deployment.key, until: end.advanced(by: Retention.serviceHistory), at: now)
        return hasRoom && expired.wakeAt == nil
    }
    let due = expired.keys
    for key in due { transaction.delete(key) }
    let owners = Set(due.map { $0.path.split(separator: "/").dropLast().joined(separator: "/") + "/" })
    for owner in owners.sorted() { removeUnnamedRevisions(owner, &transaction) }
    return Plan(transaction, wakeAt: expired.wakeAt)
}

/// - Parameter owner: the daemon's key with a slash.
private func removeUnnamedRevisions(_ owner: String, _ tx: inout Transaction) {
    var named: Set<String> = []
    for deployment in tx.snapshot.list(DaemonDeploymentRecord.self, prefix: owner) {
        named.formUnion(deployment.sourceRevisions)
        named.formUnion([deployment.targetRevision, deployment.rollbackRevision].compactMap(\.self))
    }
    if let daemon = tx.get(Key<DaemonRecord>(path: String(owner.dropLast()))) {
        named.formUnion([daemon.targetRevision, daemon.stableRevision].compactMap(\.self))
        named.formUnion(tx.snapshot.liveTasks(of: daemon.key).compactMap(\.daemonRevision))
    }
    for revision in tx.snapshot.list(DaemonRevisionRecord.self, prefix: owner) where !named.contains(revision.id) {
        tx.delete(revision.key)
    }
}
