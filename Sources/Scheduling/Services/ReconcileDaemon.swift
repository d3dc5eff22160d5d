import AWSModels
import AWSWire
import State

/// Decides for a DAEMON service: one task of the primary deployment on every instance that may have one; on each
/// instance the old task stops before the new one starts.
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
    for task in view.tasks {
        let instance = task.instanceID ?? ""
        if task.desiredStatus == .stopped {
            served.insert(instance)
        } else if task.isProtected, !task.isIll(at: now) {
            served.insert(instance)
        } else if task.deployment == primary.id, wanted.contains(instance), !task.isIll(at: now) {
            served.insert(instance)
        } else {
            served.insert(instance)
            let isIll = task.isIll(at: now) && task.deployment == primary.id
            decision.stop.append(
                isIll
                    ? healthStop(task.id)
                    : TaskStop(id: task.id, reason: scalingReason(task.deployment ?? primary.id)))
        }
    }
    var instances = eligible.filter { !served.contains($0) }
    if let notBefore = primary.notBefore, notBefore > context.now, !instances.isEmpty {
        decision.wakeAt = notBefore
        instances = []
    }
    if primary.rolloutState == .failed { instances = [] }
    if !instances.isEmpty { decision.starts = [TaskStart(deployment: primary.id, count: instances.count)] }
    let isCurrent = view.tasks.allSatisfy { $0.deployment == primary.id && wanted.contains($0.instanceID ?? "") }
    let isQuiet = decision.stop.isEmpty && instances.isEmpty && decision.wakeAt == nil && isCurrent
    let settled = view.tasks.filter { $0.deployment == primary.id && $0.isHealthy(at: now) }.count
    decision.failures = CircuitBreaker.recount(view.service, primary, healthy: settled)
    if isQuiet, primary.rolloutState != .failed,
        view.tasks.allSatisfy({ $0.lastStatus == .running && $0.desiredStatus == .running })
    {
        decision.completes = primary.rolloutState == .inProgress
        decision.finished = view.service.deployments.map(\.id).filter { $0 != primary.id }
        decision.isSteady = true
    }
    return (decision, instances)
}
