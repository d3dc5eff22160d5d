import AWSModels
import AWSWire
import State

/// Decides which tasks to start and stop so that a service converges on what it should be: a REPLICA service on its
/// desired count and its newest deployment, a service with task sets on their counts.
/// Source: Amazon ECS Developer Guide, Rolling update deployments and Service scheduler concepts.
/// - Returns: an empty decision when there is nothing to do; the same view and time always give the same one.
package func reconcile(_ view: ServiceView, _ context: inout DecisionContext) -> ServiceDecision {
    if view.service.status == .draining { return drain(view) }
    guard view.service.status == .active else { return ServiceDecision() }
    guard view.service.deploymentController == .ecs else { return reconcileTaskSets(view, at: context.now) }
    guard let primary = view.service.primary else { return ServiceDecision() }
    if let failure = evaluateFailure(view, primary) {
        var decision = ServiceDecision()
        decision.failure = failure
        return decision
    }
    if let deployment = view.deployment, deployment.shiftsTraffic {
        var shift = TrafficShift(view, primary, deployment, context)
        let decision = shift.run()
        context = shift.context
        return decision
    }
    var rollout = Rollout(view, primary, context.now)
    var decision = rollout.run()
    if view.service.balancesZones, view.service.rebalancing != nil || !view.zones.isEmpty {
        var balance = ZoneBalance(view, primary, context.now)
        decision.rebalancing = balance.run(&decision)
    }
    return decision
}

/// A deleted service stops everything and is gone once nothing runs.
/// Source: Amazon ECS API Reference, DeleteService.
private func drain(_ view: ServiceView) -> ServiceDecision {
    var decision = ServiceDecision()
    decision.stop = view.tasks.filter { $0.desiredStatus == .running }.map { task in
        TaskStop(id: task.id, reason: scalingReason(task.deployment ?? ""))
    }
    decision.becomesInactive = view.tasks.allSatisfy { $0.lastStatus >= .stopping || $0.awaitsCapacity }
    return decision
}

/// The reason of a task that the scheduler stops.
func scalingReason(_ deployment: String) -> String { "Scaling activity initiated by (deployment \(deployment))" }

/// The order to stop a task that failed its health checks.
func healthStop(_ task: TaskView) -> TaskStop {
    let reason = task.targetFailure.map { TargetEvents.stoppedReason($0.targetGroup) }
    return TaskStop(id: task.id, reason: reason ?? "Task failed container health checks", isFailure: true)
}
