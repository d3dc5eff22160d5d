import AWSModels
import AWSWire
import State

/// The INACTIVE services that have been visible for their day.
package func retainServices(_ snapshot: Snapshot, at now: Timestamp) -> Expired<ServiceRecord> {
    var expired = Expired<ServiceRecord>()
    for cluster in snapshot.list(ClusterRecord.self) {
        let prefix = "\(cluster.name)/INACTIVE/"
        snapshot.table(ServiceRecord.self).forEach(.serviceByStatus, prefix: prefix) { service in
            expired.consider(service.key, until: end(service.deletedAt, service.createdAt), at: now)
        }
    }
    return expired
}

/// The deregistered instances that have been visible for their day.
package func retainInstances(_ snapshot: Snapshot, at now: Timestamp) -> Expired<ContainerInstanceRecord> {
    var expired = Expired<ContainerInstanceRecord>()
    for cluster in snapshot.list(ClusterRecord.self) {
        let prefix = "\(cluster.name)/INACTIVE/"
        snapshot.table(ContainerInstanceRecord.self).forEach(.instanceByStatus, prefix: prefix) { instance in
            expired.consider(instance.key, until: end(instance.deregisteredAt, instance.registeredAt), at: now)
        }
    }
    return expired
}

/// The deleted capacity providers that have been visible for their day.
package func retainCapacityProviders(_ snapshot: Snapshot, at now: Timestamp) -> Expired<CapacityProviderRecord> {
    var expired = Expired<CapacityProviderRecord>()
    snapshot.table(CapacityProviderRecord.self).forEach(.capacityProviderByStatus, prefix: "INACTIVE/") { provider in
        expired.consider(provider.key, until: end(provider.deletedAt, provider.createdAt), at: now)
    }
    return expired
}

/// The INACTIVE clusters that have been visible for their day, and hold nothing any more: what is left in a cluster
/// is found through it, so it goes last.
package func retainClusters(_ snapshot: Snapshot, at now: Timestamp) -> Expired<ClusterRecord> {
    var expired = Expired<ClusterRecord>()
    snapshot.table(ClusterRecord.self).forEach(.clusterByStatus, prefix: "INACTIVE/") { cluster in
        let expiry = end(cluster.deletedAt, cluster.createdAt)
        let isDue = expiry <= now
        // What is left has its own end within a day of its last change, and wakes the controller when it goes.
        guard !isDue || isEmpty(cluster, snapshot) else { return true }
        return expired.consider(cluster.key, until: expiry, at: now)
    }
    return expired
}

private func isEmpty(_ cluster: ClusterRecord, _ snapshot: Snapshot) -> Bool {
    let prefix = "\(cluster.name)/"
    return snapshot.table(TaskRecord.self).count(prefix: prefix) == 0
        && snapshot.table(ServiceRecord.self).count(prefix: prefix) == 0
        && snapshot.table(ContainerInstanceRecord.self).count(prefix: prefix) == 0
}

/// When something inactive vanishes. A record without the time of its end counts from its beginning.
private func end(_ deletedAt: Timestamp?, _ createdAt: Timestamp) -> Timestamp {
    (deletedAt ?? createdAt).advanced(by: Retention.inactive)
}
