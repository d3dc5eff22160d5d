import AWSModels
import AWSWire
import State

/// How long what is over stays visible.
package enum Retention {
    /// A stopped task is described for at least an hour.
    /// Source: Amazon ECS API Reference, DescribeTasks.
    package static let stoppedTask: Duration = .seconds(3_600)

    /// INACTIVE services, instances and clusters are described for a while; ECS does not promise how long.
    /// Source: Amazon ECS API Reference, DeleteService and DeleteCluster.
    package static let inactive: Duration = .seconds(24 * 3_600)

    /// Service deployments and revisions are shown for about 90 days; those of daemons are taken to be, too.
    /// Source: Amazon ECS Developer Guide, View service history using Amazon ECS service deployments.
    package static let serviceHistory: Duration = .seconds(90 * 24 * 3_600)

    /// The most records that one decision removes; the rest waits for the next one, so that the lane stays free.
    package static let batch = 1_000
}

/// Which records have had their time, and when to look again.
package struct Expired<R: Record>: Sendable, Equatable {
    /// What to remove now, oldest first where the order is known.
    package var keys: [Key<R>] = []
    /// When the next one will have had its time; nil when nothing waits.
    package var wakeAt: Timestamp?

    package init() {}

    /// Takes in a record that may stay until `expiry`.
    /// - Returns: whether there is room for more.
    @discardableResult
    mutating func consider(_ key: Key<R>, until expiry: Timestamp, at now: Timestamp) -> Bool {
        guard expiry <= now else {
            wakeAt = min(wakeAt ?? expiry, expiry)
            return true
        }
        guard keys.count < Retention.batch else {
            wakeAt = now
            return false
        }
        keys.append(key)
        return true
    }
}
