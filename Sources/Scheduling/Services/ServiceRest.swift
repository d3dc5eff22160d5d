import AWSModels
import AWSWire
import State

/// How long a service is known by counts alone to need nothing.
package enum ServiceRest: Sendable, Equatable {
    /// It may need something: look at its tasks.
    case none
    case untilChange
    /// Until something changes, or this time comes.
    case until(Timestamp)
}

/// How long a service is left alone: while each of its tasks is where it should be, or on its way there.
///
/// Whatever makes a decision act must show in one of these counts; where assertions are checked, every rest is compared
/// with a whole look.
package func rest(of service: ServiceRecord, in snapshot: Snapshot, at now: Timestamp) -> ServiceRest {
    guard service.status == .active, service.deploymentController == .ecs, service.schedulingStrategy == .replica,
        service.lastPlacementFailure == nil, service.deployments.count == 1, let primary = service.primary,
        primary.failedTasks == 0, hasItsTasks(service, in: snapshot)
    else { return .none }
    let targets = TargetTally(service, in: snapshot)
    guard targets.areRegistered else { return .none }
    let allRun = snapshot.runningTasksCount(of: service.key) == service.desiredCount
    switch primary.rolloutState {
    case .completed:
        let isAtRest =
            allRun == service.isSteady && service.rebalancing == nil && areZonesBalanced(service, in: snapshot)
            && (!allRun || targets.areHealthy)
        return isAtRest ? .untilChange : .none
    case .inProgress:
        guard !service.isSteady, isOnItsWay(service, in: snapshot) else { return .none }
        guard allRun else { return .untilChange }
        guard targets.perTask == 0 else { return targets.areHealthy ? .none : .untilChange }
        return settling(of: service, primary, in: snapshot, at: now)
    case .failed: return .none
    }
}

/// Whether a service has just the tasks it wants, none of them unhealthy or on an instance that is to lose it.
private func hasItsTasks(_ service: ServiceRecord, in snapshot: Snapshot) -> Bool {
    let tally = snapshot.tally(of: service.key)
    return tally.live == service.desiredCount && tally.unhealthy == 0
        && snapshot.tasksMeantToRun(of: service.key) == service.desiredCount
        && snapshot.drainingInstances(of: service.cluster).allSatisfy {
            snapshot.tasks(of: "service:\(service.name)", on: $0.key) == 0
        }
}

/// Whether the roll-out of a service neither ends before all its tasks run nor changes but by them.
private func isOnItsWay(_ service: ServiceRecord, in snapshot: Snapshot) -> Bool {
    guard service.settings.deploymentConfiguration.earlySuccessCriteria?.enable != true else { return false }
    guard let id = service.serviceDeployment else { return true }
    let deployment = snapshot.get(ServiceDeploymentRecord.key(service.cluster, service.name, id))
    guard let deployment else { return true }
    return deployment.status == .inProgress && deployment.alarms != .monitoring && !deployment.shiftsTraffic
}

/// All tasks run: without a health check the roll-out goes on when the last one has run long enough.
private func settling(
    of service: ServiceRecord, _ primary: DeploymentState, in snapshot: Snapshot, at now: Timestamp
) -> ServiceRest {
    guard let definition = snapshot.get(TaskDefinitionRecord.key(primary.family, primary.revision)),
        checkedContainers(of: definition.definition).isEmpty,
        let end = snapshot.tally(of: service.key).lastStart?.advanced(by: TaskView.settlingTime), now < end
    else { return .none }
    return .until(end)
}

/// How many of a service's targets are what they should be, known by counts.
private struct TargetTally {
    /// How many targets each task is to have.
    let perTask: Int
    /// Whether every task that runs is registered, nothing else is, and no target fails its checks.
    let areRegistered: Bool
    /// Whether every target is healthy.
    let areHealthy: Bool

    init(_ service: ServiceRecord, in snapshot: Snapshot) {
        let plans = snapshot.primaryTargetPlans(of: service)
        func count(_ place: String) -> Int {
            snapshot.count(TargetRecord.self, .targetByService, prefix: "\(service.key.path)/\(place)")
        }
        perTask = plans.count
        let all = count("")
        let healthy = count("registered/healthy/") + count("registered/unavailable/")
        let isWell = count("draining/") + count("registered/unhealthy/") + count("registered/unhealthy.draining/") == 0
        let activating = plans.isEmpty ? 0 : snapshot.activatingTasks(of: service.key)
        areRegistered = isWell && activating == 0 && all == snapshot.runningTasksCount(of: service.key) * plans.count
        let areUsed = plans.allSatisfy { plan in
            TargetGroupRecord.key(arn: plan.targetGroup, snapshot.realm).map(snapshot.isUsed) ?? false
        }
        areHealthy = healthy == all && areUsed
    }
}
