import AWSModels
import AWSWire
import State

/// What a decision reads of a task. What every pass over thousands of tasks asks is kept beside the record, so that no
/// pass goes back to it.
package struct TaskView: Sendable {
    let record: Box<TaskRecord>
    package let lastStatus: TaskStatus
    package let desiredStatus: DesiredStatus
    package let startedAt: Timestamp?
    /// The worst of the health of the essential containers that have a check and of the task's targets; nil when there
    /// are none of either.
    package var health: ECS.HealthStatus?
    /// What is wrong with the task in a target group.
    package var targetFailure: TargetFailure?
    /// Whether the instance may keep its tasks: registered and not DRAINING.
    package var isInstanceActive: Bool
    /// Whether the task waits for its capacity provider to bring an instance.
    package let awaitsCapacity: Bool
    /// Whether scale-in and deployments must spare the task.
    package var isProtected: Bool
    /// How long after its start an unhealthy task is not held ill.
    package var grace: Duration
    /// The value of its instance that the service spreads by; nil without such a strategy.
    package var spreadValue: String?
    /// How it fills its instance; nil for a service that does not pack them.
    package var packing: TaskPacking?

    fileprivate init(
        _ record: Box<TaskRecord>, health: ECS.HealthStatus?, isInstanceActive: Bool, grace: Duration
    ) {
        self.record = record
        lastStatus = record.value.lastStatus
        desiredStatus = record.value.desiredStatus
        startedAt = record.value.startedAt
        awaitsCapacity = lastStatus == .provisioning && record.value.awaitsCapacity
        isProtected = record.value.protectedUntil != nil
        self.health = health
        self.isInstanceActive = isInstanceActive || awaitsCapacity
        self.grace = grace
    }

    /// A view made by hand, for tests.
    package init(
        id: String, deployment: String?, lastStatus: TaskStatus, startedAt: Timestamp? = nil,
        health: ECS.HealthStatus? = nil, instanceID: String? = nil, availabilityZone: String? = nil,
        isInstanceActive: Bool = true, grace: Duration = .zero, capacityProvider: String? = nil
    ) {
        var task = TaskRecord()
        task.id = id
        task.deployment = deployment
        task.lastStatus = lastStatus
        task.startedAt = startedAt
        task.instanceID = instanceID
        task.availabilityZone = availabilityZone
        task.capacityProviderName = capacityProvider
        self.init(Box(task), health: health, isInstanceActive: isInstanceActive, grace: grace)
    }

    /// Whether the task's containers run and it was not registered anywhere.
    package var awaitsTargets: Bool {
        desiredStatus == .running && (lastStatus == .running || lastStatus == .activating)
            && record.value.targets.isEmpty
    }

    package var id: String { record.value.id }
    package var deployment: String? { record.value.deployment }
    /// The id of the revision, for a daemon's task.
    package var daemonRevision: String? { record.value.daemonRevision }
    package var instanceID: String? { record.value.instanceID }
    package var availabilityZone: String? { record.value.availabilityZone }
    package var capacityProvider: String? { record.value.capacityProviderName }

    /// Without a health check a task counts as healthy this long after it is RUNNING.
    /// Source: Amazon ECS Developer Guide, Rolling update deployments.
    package static let settlingTime: Duration = .milliseconds(settlingMilliseconds)
    private static let settlingMilliseconds: Int64 = 40_000

    /// When the task counts as healthy by age; nil when it does not run or has a check.
    package var settlesAt: Timestamp? {
        guard lastStatus == .running, health == nil, let startedAt else { return nil }
        return startedAt.advanced(byMilliseconds: TaskView.settlingMilliseconds)
    }

    /// When an unhealthy task counts as ill; nil when it is not unhealthy or has no grace period.
    /// Source: Amazon ECS API Reference, CreateService (healthCheckGracePeriodSeconds).
    package var graceEndsAt: Timestamp? {
        guard health == .unhealthy, let startedAt else { return nil }
        let grace = targetFailure?.isMissing == true ? max(grace, TaskView.missingTargetTime) : grace
        return grace > .zero ? startedAt.advanced(by: grace) : nil
    }

    /// A task whose target or target group is gone is not replaced sooner: the next one will have no other luck, and
    /// nothing else would slow them down. ECS does not say how long it waits; checks that fail take a minute.
    package static let missingTargetTime: Duration = .seconds(60)

    /// Whether the task failed its health checks, and its grace period is over.
    package func isIll(at now: Timestamp) -> Bool {
        health == .unhealthy && (graceEndsAt.map { $0 <= now } ?? true)
    }

    /// Whether nothing about the task or its instance asks for another in its place.
    func mayStay(at now: Timestamp) -> Bool { isInstanceActive && !isIll(at: now) }

    /// Whether the task serves: it runs and was not found ill.
    func serves(at now: Timestamp) -> Bool { lastStatus == .running && !isIll(at: now) }

    /// Whether the task runs and counts as healthy.
    package func isHealthy(at now: Timestamp) -> Bool {
        guard lastStatus == .running, desiredStatus == .running else { return false }
        if let health { return health == .healthy }
        return settlesAt.map { $0 <= now } ?? false
    }
}

extension TaskView {
    /// A task is as healthy as it is in the worst of its target groups.
    /// Source: Amazon ECS Developer Guide, Use load balancing to distribute Amazon ECS service traffic.
    fileprivate mutating func take(_ targets: TargetHealth) {
        switch targets {
        case .healthy: health = health ?? .healthy
        case .undecided: health = health == .unhealthy ? .unhealthy : .unknown
        case .failed(let failure):
            // A container's own check is the nearer cause.
            if health != .unhealthy { targetFailure = failure }
            health = .unhealthy
        }
    }
}

/// Makes the views of the tasks of one cluster; what many tasks have in common is looked up once.
package struct TaskViewReader {
    private let snapshot: Snapshot
    private let grace: Duration
    /// The definition that was looked at last, and which of its containers decide the health.
    private var definition: (family: String, revision: Int, daemon: String?, checked: [String])?
    /// The instances that are not to keep their tasks: most of the time there are none. One that is deregistered has
    /// no live tasks.
    private let leaving: Set<String>
    /// Where the tasks of a service's deployments are registered.
    private let plans: [String: [TargetPlan]]

    package init(
        _ snapshot: Snapshot, cluster: String, grace: Duration = .zero, plans: [String: [TargetPlan]] = [:]
    ) {
        self.snapshot = snapshot
        self.grace = grace
        self.plans = plans
        leaving = Set(snapshot.drainingInstances(of: cluster).map(\.id))
    }

    /// The view of one task.
    package mutating func view(of record: Box<TaskRecord>) -> TaskView {
        let checked = checkedContainers(of: record)
        var view = TaskView(
            record, health: checked.isEmpty ? nil : worstHealth(of: record.value, among: checked),
            isInstanceActive: keepsTasks(record.value.instanceID), grace: grace)
        if isBalanced(record.value) { view.take(snapshot.targetHealth(of: record.value)) }
        return view
    }

    /// Whether a task has targets, or is to have them.
    private func isBalanced(_ task: TaskRecord) -> Bool {
        !task.targets.isEmpty || (!plans.isEmpty && task.deployment.map { plans[$0] != nil } ?? false)
    }

    private mutating func checkedContainers(of record: Box<TaskRecord>) -> [String] {
        if let definition, definition.revision == record.value.revision, definition.family == record.value.family,
            definition.daemon == record.value.daemon
        {
            return definition.checked
        }
        let task = record.value
        let checked = snapshot.get(task.definitionKey).map { Scheduling.checkedContainers(of: $0.definition) } ?? []
        definition = (task.family, task.revision, task.daemon, checked)
        return checked
    }

    private func keepsTasks(_ instance: String?) -> Bool {
        guard let instance else { return false }
        return leaving.isEmpty || !leaving.contains(instance)
    }
}

/// The names of the essential containers that have a health check.
func checkedContainers(of definition: ECS.TaskDefinition) -> [String] {
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
