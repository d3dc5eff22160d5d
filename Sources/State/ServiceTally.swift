import AWSWire

/// What is counted of the tasks of a service that are not STOPPED.
package struct ServiceTally: Sendable, Equatable {
    /// What one task adds.
    struct Share: Equatable {
        /// The path of the service's key.
        var service: String
        var isUnhealthy: Bool
        /// Of a task that is RUNNING.
        var startedAt: Timestamp?
    }

    /// How many there are.
    package private(set) var live = 0
    /// How many have a container that fails its health check.
    package private(set) var unhealthy = 0
    /// When the one that started last did, as far as it is known: nil after it has gone, and never later than it was.
    package private(set) var lastStart: Timestamp?

    mutating func add(_ share: Share) {
        live += 1
        if share.isUnhealthy { unhealthy += 1 }
        if let start = share.startedAt { lastStart = max(lastStart ?? start, start) }
    }

    mutating func remove(_ share: Share) {
        live -= 1
        if share.isUnhealthy { unhealthy -= 1 }
        if share.startedAt == lastStart { lastStart = nil }
    }
}
