import AWSModels
import AWSWire
import State

/// What is to be done for a service to come nearer to what it should be.
package struct ServiceDecision: Sendable, Equatable {
    /// How many tasks of the primary deployment to start.
    package var start = 0
    /// Which tasks to stop, in this order.
    package var stop: [TaskStop] = []
    /// Older deployments that have no tasks left.
    package var finished: [String] = []
    /// Whether the primary deployment's roll-out is complete now.
    package var completes = false
    /// Whether the service is where it should be: every task runs, and nothing else is going on.
    package var isSteady = false
    /// Whether the deployment's percentages allow neither a start nor a stop.
    package var isStuck = false
    /// Whether a draining service has no task left.
    package var becomesInactive = false
    /// When to decide again though nothing changes.
    package var wakeAt: Timestamp?

    package init() {}
}

/// A task to stop, and why.
package struct TaskStop: Sendable, Equatable {
    package var id: String
    package var reason: String

    package init(id: String, reason: String) {
        self.id = id
        self.reason = reason
    }
}
