import AWSModels
import AWSWire
import State

/// Decides for a service whose deployments somebody else makes: every task set has its share of the service's count;
/// one that drains has none, and is gone when its tasks are.
/// Source: Amazon ECS Developer Guide, Amazon ECS deployment with a third-party controller.
func reconcileTaskSets(_ view: ServiceView, at now: Timestamp) -> ServiceDecision {
    var decision = ServiceDecision()
    for set in view.taskSets {
        let tasks = view.tasks.filter { $0.deployment == set.id }
        let wanted = set.status == .draining ? 0 : set.computedCount(of: view.service.desiredCount)
        let placement = view.service.settings.placementStrategy
        keep(set, tasks.filter { $0.desiredStatus == .running }, at: wanted, placement, now, &decision)
        if set.status == .draining, tasks.allSatisfy({ $0.lastStatus > .running }) { decision.finished.append(set.id) }
    }
    decision.isSteady =
        decision.starts.isEmpty && decision.stop.isEmpty && view.taskSets.contains { $0.status == .primary }
        && view.taskSets.allSatisfy { isStable($0, of: view, at: now) }
    return decision
}

private func keep(
    _ set: TaskSetRecord, _ tasks: [TaskView], at wanted: Int, _ placement: [ECS.PlacementStrategy],
    _ now: Timestamp, _ decision: inout ServiceDecision
) {
    let good = tasks.filter { $0.mayStay(at: now) }
    if good.count < wanted {
        if let notBefore = set.notBefore, notBefore > now {
            decision.wake(at: notBefore)
        } else {
            decision.starts.append(TaskStart(deployment: set.id, count: wanted - good.count))
        }
    }
    for victim in chooseVictims(
        good.count - wanted, among: good.filter { !$0.isProtected }, set.capacityProviderStrategy, placement, now)
    {
        decision.stop.append(TaskStop(id: victim.id, reason: taskSetReason(set.id)))
    }
    let isReplaced = good.filter { $0.lastStatus == .running }.count >= wanted
    for task in tasks
    where !task.mayStay(at: now) && (!task.isProtected || task.isIll(at: now))
        && (isReplaced || task.lastStatus < .running)
    {
        decision.stop.append(
            task.isIll(at: now) ? healthStop(task) : TaskStop(id: task.id, reason: taskSetReason(set.id)))
    }
    if let next = tasks.compactMap(\.graceEndsAt).filter({ $0 > now }).min() { decision.wake(at: next) }
}

private func taskSetReason(_ id: String) -> String { "Scaling activity initiated by (taskSet \(id))" }

/// Whether a task set is in STEADY_STATE.
/// Source: Amazon ECS API Reference, TaskSet.stabilityStatus.
package func isStable(_ set: TaskSetRecord, of view: ServiceView, at now: Timestamp) -> Bool {
    let tasks = view.tasks.filter { $0.deployment == set.id && $0.lastStatus <= .running }
    let wanted = set.status == .draining ? 0 : set.computedCount(of: view.service.desiredCount)
    return tasks.count == wanted
        && tasks.allSatisfy { $0.lastStatus == .running && $0.isInstanceActive && ($0.health ?? .healthy) == .healthy }
}
