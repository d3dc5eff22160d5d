import AWSModels
import AWSWire
import State

/// What is to be done for a service to come nearer to what it should be.
package struct ServiceDecision: Sendable, Equatable {
    /// How many tasks to start, of which deployments or task sets.
    package var starts: [TaskStart] = []
    /// Which tasks to stop, in this order.
    package var stop: [TaskStop] = []
    /// Older deployments that have no tasks left.
    package var finished: [String] = []
    /// Whether the primary deployment's roll-out is complete now.
    package var completes = false
    /// Why the primary deployment's roll-out failed now.
    package var failure: DeploymentFailure?
    /// Whether the service is where it should be: every task runs, and nothing else is going on.
    package var isSteady = false
    /// Whether the deployment's percentages allow neither a start nor a stop.
    package var isStuck = false
    /// Whether protected tasks keep the service above its desired count.
    package var isScaleInBlocked = false
    /// Whether a draining service has no task left.
    package var becomesInactive = false
    /// What the primary deployment's count of failed tasks is to be; nil when it stays.
    package var failures: FailureCount?
    /// What is done to balance the tasks over the zones; nil while that does not go on.
    package var rebalancing: Rebalancing?
    /// How far the service deployment is, when it is further than its record says.
    package var progress: ServiceDeploymentRecord?
    /// When to decide again though nothing changes.
    package var wakeAt: Timestamp?

    package init() {}

    /// How many tasks to start in all.
    package var start: Int { starts.reduce(0) { $0 + $1.count } }

    /// Asks to decide again at `time`, or earlier if that was asked for.
    mutating func wake(at time: Timestamp) { wakeAt = min(wakeAt ?? time, time) }
}

/// A number of tasks to start.
package struct TaskStart: Sendable, Equatable {
    /// The id of the deployment or task set: `ecs-svc/…`.
    package var deployment: String
    package var count: Int

    package init(deployment: String, count: Int) {
        self.deployment = deployment
        self.count = count
    }
}

/// A task to stop, and why.
package struct TaskStop: Sendable, Equatable {
    package var id: String
    package var reason: String
    /// Whether it goes because it failed its health checks: that counts against its deployment.
    package var isFailure: Bool

    package init(id: String, reason: String, isFailure: Bool = false) {
        self.id = id
        self.reason = reason
        self.isFailure = isFailure
    }
}

/// A deployment's count of failed tasks, and of the healthy ones that were there when it was looked at.
package struct FailureCount: Sendable, Equatable {
    package var failedTasks: Int
    package var healthyTasks: Int?
}

/// Why a roll-out ends without success.
package enum DeploymentFailure: Sendable, Equatable {
    case circuitBreaker
    /// These alarms went off.
    case alarms([String])
    /// StopServiceDeployment, or ContinueServiceDeployment with ROLLBACK.
    case rollbackRequested
    /// StopServiceDeployment with ABORT.
    case stopRequested
    /// A lifecycle hook was not answered in time.
    case hookTimedOut(ECS.DeploymentLifecycleHookStage)
    /// A stage took longer than a day.
    case stageTimedOut(ECS.ServiceDeploymentLifecycleStage)
}
