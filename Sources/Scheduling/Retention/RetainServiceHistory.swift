import AWSModels
import AWSWire
import State

/// The service deployments that ended so long ago that they are no longer shown.
/// Source: Amazon ECS Developer Guide, View service history: up to 90 days.
package func retainServiceDeployments(_ snapshot: Snapshot, at now: Timestamp) -> Expired<ServiceDeploymentRecord> {
    var expired = Expired<ServiceDeploymentRecord>()
    snapshot.table(ServiceDeploymentRecord.self).forEach(.serviceDeploymentByEnd, prefix: "") { deployment in
        let end = deployment.finishedAt ?? deployment.stoppedAt ?? deployment.updatedAt
        let expiry = end.advanced(by: Retention.serviceHistory)
        return expired.consider(deployment.key, until: expiry, at: now) && expiry <= now
    }
    return expired
}

/// The service revision that goes with a service deployment: its own, unless the service has it still.
package func orphanedRevision(
    of deployment: ServiceDeploymentRecord, in snapshot: Snapshot
) -> Key<ServiceRevisionRecord>? {
    let service = snapshot.get(ServiceRecord.key(deployment.cluster, deployment.service))
    let isUsed =
        service?.completedRevision == deployment.target
        || service?.deployments.contains { $0.serviceRevision == deployment.target } ?? false
    guard !isUsed else { return nil }
    return ServiceRevisionRecord.key(deployment.cluster, deployment.service, deployment.target)
}
