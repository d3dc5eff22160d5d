import AWSModels
import AWSWire
import State

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

    fileprivate init(
        _ task: TaskRecord, health: ECS.HealthStatus?, isInstanceActive: Bool, grace: Duration
    ) {
        id = task.id
        deployment = task.deployment
        daemonRevision = task.daemonRevision
        lastStatus = task.lastStatus
        desiredStatus = task.desiredStatus
        startedAt = task.startedAt
        self.health = health
        instanceID = task.instanceID
        availabilityZone = task.availabilityZone
        awaitsCapacity = task.awaitsCapacity
        capacityProvider = task.capacityProviderName
        isProtected = task.protectedUntil != nil
        self.isInstanceActive = isInstanceActive
        self.grace = grace
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

/// Makes the views of tasks; what many tasks have in common is looked up once.
package struct TaskViewReader {
    private let snapshot: Snapshot
    private let grace: Duration
    /// The definition that was looked at last, and which of its containers decide the health.
    private var definition: (family: String, revision: Int, daemon: String?, checked: [String])?
    /// Whether instances may keep their tasks, by their keys' paths.
    private var activeInstances: [String: Bool] = [:]

    package init(_ snapshot: Snapshot, grace: Duration = .zero) {
        self.snapshot = snapshot
        self.grace = grace
    }

    /// The view of one task.
    package mutating func view(of task: TaskRecord) -> TaskView {
        let checked = checkedContainers(of: task)
        return TaskView(
            task, health: checked.isEmpty ? nil : worstHealth(of: task, among: checked),
            isInstanceActive: task.awaitsCapacity || isActive(task.instanceID, in: task.cluster), grace: grace)
    }

    private mutating func checkedContainers(of task: TaskRecord) -> [String] {
        if let definition, definition.revision == task.revision, definition.family == task.family,
            definition.daemon == task.daemon
        {
            return definition.checked
        }
        let checked = snapshot.get(task.definitionKey).map { Scheduling.checkedContainers(of: $0.definition) } ?? []
        definition = (task.family, task.revision, task.daemon, checked)
        return checked
    }

    private mutating func isActive(_ instance: String?, in cluster: String) -> Bool {
        guard let instance else { return false }
        if let known = activeInstances[instance] { return known }
        let isActive = snapshot.get(ContainerInstanceRecord.key(cluster, instance))?.status == .active
        activeInstances[instance] = isActive
        return isActive
    }
}

/// The names of the essential containers that have a health check.
private func checkedContainers(of definition: ECS.TaskDefinition) -> [String] {
    (definition.containerDefinitions ?? []).filter { $0.essential ?? true && $0.healthCheck != nil }.compactMap(\.name)
}

/// The worst health of the named containers of a task: UNHEALTHY, then UNKNOWN, then HEALTHY.
private func worstHealth(of task: TaskRecord, among names: [String]) -> ECS.HealthStatus {
    var worst = ECS.HealthStatus.healthy
    for name in names {
        let health = task.containers.first { $0.name == name }?.healthStatus ?? .unknown
        if health == .unhealthy { return .unhealthy }
        if health == .unknown { worst = .unknown }
    }
    return worst
}

/// The worst health of the essential containers that have a check: UNHEALTHY, then UNKNOWN, then HEALTHY.
/// - Returns: nil when no essential container has a check.
package func checkedHealth(of task: TaskRecord, _ definition: ECS.TaskDefinition) -> ECS.HealthStatus? {
    let names = checkedContainers(of: definition)
    return names.isEmpty ? nil : worstHealth(of: task, among: names)
}
