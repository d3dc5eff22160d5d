import AWSModels
import AWSWire
import State

/// Decides for a DAEMON service: one task of the primary deployment on every instance that may have one; on each
/// instance the old task stops before the new one starts, as long as the minimum percent stay healthy.
/// Source: Amazon ECS API Reference, CreateService (schedulingStrategy).
/// - Parameter eligible: the ids of the instances that pass every check but room, in order.
/// - Returns: the decision, and the instances that want a task.
package func reconcileDaemon(
    _ view: ServiceView, eligible: [String], _ context: inout DecisionContext
) -> (decision: ServiceDecision, instances: [String]) {
    guard view.service.status == .active, let primary = view.service.primary else {
        return (reconcile(view, &context), [])
    }
    var decision = ServiceDecision()
    if let failure = evaluateFailure(view, primary) {
        decision.failure = failure
        return (decision, [])
    }
    let now = context.now
    let wanted = Set(eligible)
    var served: Set<String> = []
    var room = DaemonRoom(view, primary, wanted: eligible.count, at: now)
    for task in view.tasks {
        let instance = task.instanceID ?? ""
        served.insert(instance)
        guard task.desiredStatus == .running, !task.isProtected || task.isIll(at: now) else { continue }
        let belongs = wanted.contains(instance) && !task.isIll(at: now)
        guard !belongs || (task.deployment != primary.id && room.lets(go: task)) else { continue }
        let isIll = task.isIll(at: now) && task.deployment == primary.id
        decision.stop.append(
            isIll ? healthStop(task) : TaskStop(id: task.id, reason: scalingReason(task.deployment ?? primary.id)))
    }
    if let next = room.opensAt { decision.wake(at: next) }
    var instances = eligible.filter { !served.contains($0) }
    if let notBefore = primary.notBefore, notBefore > context.now, !instances.isEmpty {
        decision.wake(at: notBefore)
        instances = []
    }
    if primary.rolloutState == .failed { instances = [] }
    if !instances.isEmpty { decision.starts = [TaskStart(deployment: primary.id, count: instances.count)] }
    let isCurrent = view.tasks.allSatisfy { $0.deployment == primary.id && wanted.contains($0.instanceID ?? "") }
    let isQuiet = decision.stop.isEmpty && instances.isEmpty && decision.wakeAt == nil && isCurrent
    let settled = view.tasks.filter { $0.deployment == primary.id && $0.isHealthy(at: now) }.count
    decision.failures = CircuitBreaker.recount(view.service, primary, healthy: settled)
    if isQuiet, primary.rolloutState != .failed,
        view.tasks.allSatisfy({ $0.lastStatus == .running && $0.desiredStatus == .running }),
        view.tasks.allSatisfy({ ($0.health ?? .healthy) == .healthy })
    {
        decision.completes = primary.rolloutState == .inProgress
        decision.finished = view.service.deployments.map(\.id).filter { $0 != primary.id }
        decision.isSteady = true
    }
    return (decision, instances)
}

/// How many tasks of a DAEMON service a roll-out may still stop: enough must serve meanwhile. New tasks serve when they
/// are healthy, old ones when they run and were not found ill.
/// Source: Amazon ECS API Reference, DeploymentConfiguration (minimumHealthyPercent).
private struct DaemonRoom {
    private let view: ServiceView
    private let now: Timestamp
    private var left: Int
    /// Whether a task had to stay.
    private var isFull = false

    init(_ view: ServiceView, _ primary: DeploymentState, wanted: Int, at now: Timestamp) {
        let percent = view.service.settings.deploymentConfiguration.minimumHealthyPercent ?? 0
        self.view = view
        self.now = now
        left = view.tasks.count { task in
            task.deployment == primary.id ? task.isHealthy(at: now) : DaemonRoom.serves(task, at: now)
        }
        left -= (wanted * percent + 99) / 100
    }

    private static func serves(_ task: TaskView, at now: Timestamp) -> Bool {
        task.lastStatus == .running && task.desiredStatus == .running && !task.isIll(at: now)
    }

    /// Takes the room for a task that is to be replaced.
    mutating func lets(go task: TaskView) -> Bool {
        guard DaemonRoom.serves(task, at: now) else { return true }
        guard left > 0 else {
            isFull = true
            return false
        }
        left -= 1
        return true
    }

    /// When a task that had to stay may go, for all that is known now: when the next one counts as healthy.
    var opensAt: Timestamp? {
        isFull ? view.tasks.compactMap(\.settlesAt).filter { $0 > now }.min() : nil
    }
}
