import AWSModels
import AWSWire
import State

/// What a decision about a service reads.
package struct ServiceView: Sendable {
    package var service: ServiceRecord
    /// The service's tasks that are not STOPPED, in order of their ids.
    package var tasks: [TaskView]
    /// The newest service deployment, going on or over.
    package var deployment: ServiceDeploymentRecord?
    /// Those of the deployment's alarms that are in ALARM.
    package var firingAlarms: [String] = []
    /// The task sets of a service whose deployments somebody else makes.
    package var taskSets: [TaskSetRecord] = []

    package init(service: ServiceRecord, tasks: [TaskView], deployment: ServiceDeploymentRecord? = nil) {
        self.service = service
        self.tasks = tasks
        self.deployment = deployment
    }

    /// Looks a service up with its tasks; nil when there is none.
    package init?(_ key: Key<ServiceRecord>, in snapshot: Snapshot) {
        guard let service = snapshot.get(key) else { return nil }
        let grace = Duration.seconds(service.settings.healthCheckGracePeriodSeconds ?? 0)
        let placement = service.settings.placementStrategy.first
        let tasks = snapshot.liveTasks(of: key).map { task in
            var view = TaskView(task, in: snapshot, grace: grace)
            if let placement { view.note(placement, of: task, in: snapshot) }
            return view
        }
        self.init(service: service, tasks: tasks)
        deployment = service.serviceDeployment.flatMap {
            snapshot.get(ServiceDeploymentRecord.key(service.cluster, service.name, $0))
        }
        firingAlarms = alarmsInAlarm(deployment?.configuration.alarms?.alarmNames ?? [], in: snapshot)
        if service.deploymentController != .ecs {
            taskSets = snapshot.taskSets(of: key)
        }
    }
}

/// What a decision reads of a task.
package struct TaskView: Sendable, Equatable {
    package var id: String
    package var deployment: String?
    /// The id of the revision, for a daemon's task.
    package var daemonRevision: String?
    package var lastStatus: TaskStatus
    package var desiredStatus: DesiredStatus
    package var startedAt: Timestamp?
    /// The worst of the health of the essential containers that have a check; nil when none has.
    package var health: ECS.HealthStatus?
    package var instanceID: String?
    package var availabilityZone: String?
    /// Whether the instance may keep its tasks: registered and not DRAINING.
    package var isInstanceActive: Bool
    /// How long after its start an unhealthy task is not held ill.
    package var grace: Duration
    /// Whether the task waits for its capacity provider to bring an instance.
    package var awaitsCapacity = false
    package var capacityProvider: String?
    /// Whether scale-in and deployments must spare the task.
    package var isProtected = false
    /// The value of its instance that the service spreads by; nil without such a strategy.
    package var spreadValue: String?
    /// How it fills its instance; nil for a service that does not pack them.
    package var packing: TaskPacking?

    package init(_ task: TaskRecord, in snapshot: Snapshot, grace: Duration = .zero) {
        self.grace = grace
        id = task.id
        deployment = task.deployment
        daemonRevision = task.daemonRevision
        lastStatus = task.lastStatus
        desiredStatus = task.desiredStatus
        startedAt = task.startedAt
        health = snapshot.get(task.definitionKey).flatMap { checkedHealth(of: task, $0.definition) }
        instanceID = task.instanceID
        availabilityZone = task.availabilityZone
        awaitsCapacity = task.awaitsCapacity
        capacityProvider = task.capacityProviderName
        isProtected = task.protectedUntil != nil
        isInstanceActive = awaitsCapacity || task.instanceKey.flatMap { snapshot.get($0) }?.status == .active
    }

    /// A view made by hand, for tests.
    package init(
        id: String, deployment: String?, lastStatus: TaskStatus, startedAt: Timestamp? = nil,
        health: ECS.HealthStatus? = nil, instanceID: String? = nil, availabilityZone: String? = nil,
        isInstanceActive: Bool = true, grace: Duration = .zero, capacityProvider: String? = nil
    ) {
        self.grace = grace
        self.id = id
        self.deployment = deployment
        self.lastStatus = lastStatus
        desiredStatus = .running
        self.startedAt = startedAt
        self.health = health
        self.instanceID = instanceID
        self.availabilityZone = availabilityZone
        self.isInstanceActive = isInstanceActive
        self.capacityProvider = capacityProvider
    }

    /// Without a health check a task counts as healthy this long after it is RUNNING.
    /// Source: Amazon ECS Developer Guide, Rolling update deployments.
    package static let settlingTime: Duration = .seconds(40)

    /// When the task counts as healthy by age; nil when it does not run or has a check.
    package var settlesAt: Timestamp? {
        guard lastStatus == .running, health == nil, let startedAt else { return nil }
        return startedAt.advanced(by: TaskView.settlingTime)
    }

    /// When an unhealthy task counts as ill; nil when it is not unhealthy or has no grace period.
    /// Source: Amazon ECS API Reference, CreateService (healthCheckGracePeriodSeconds).
    package var graceEndsAt: Timestamp? {
        guard health == .unhealthy, grace > .zero, let startedAt else { return nil }
        return startedAt.advanced(by: grace)
    }

    /// Whether the task failed its health checks, and its grace period is over.
    package func isIll(at now: Timestamp) -> Bool {
        health == .unhealthy && (graceEndsAt.map { $0 <= now } ?? true)
    }

    /// Whether the task runs and counts as healthy.
    package func isHealthy(at now: Timestamp) -> Bool {
        guard lastStatus == .running, desiredStatus == .running else { return false }
        if let health { return health == .healthy }
        return settlesAt.map { $0 <= now } ?? false
    }
}

/// The worst health of the essential containers that have a check: UNHEALTHY, then UNKNOWN, then HEALTHY.
/// - Returns: nil when no essential container has a check.
package func checkedHealth(of task: TaskRecord, _ definition: ECS.TaskDefinition) -> ECS.HealthStatus? {
    var worst: ECS.HealthStatus?
    for container in definition.containerDefinitions ?? [] where container.essential ?? true {
        guard container.healthCheck != nil else { continue }
        let health = task.containers.first { $0.name == container.name }?.healthStatus ?? .unknown
        if health == .unhealthy { return .unhealthy }
        if worst == nil || health == .unknown { worst = health }
    }
    return worst
}
