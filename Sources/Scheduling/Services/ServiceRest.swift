import AWSModels
import State

/// Whether a service is known by counts alone to need nothing until something changes: each of its tasks is where it
/// should be, or on its way there. False says nothing.
///
/// Whatever makes a decision act must show in one of these counts; where assertions are checked, every rest is compared
/// with a whole look.
package func needsNothing(_ service: ServiceRecord, in snapshot: Snapshot) -> Bool {
    guard service.status == .active, service.deploymentController == .ecs, service.schedulingStrategy == .replica,
        service.lastPlacementFailure == nil, service.deployments.count == 1, let primary = service.primary,
        primary.failedTasks == 0
    else { return false }
    let key = service.key
    guard snapshot.liveTasksCount(of: key) == service.desiredCount,
        snapshot.tasksMeantToRun(of: key) == service.desiredCount, snapshot.unhealthyTasksCount(of: key) == 0,
        snapshot.drainingInstances(of: service.cluster).allSatisfy({
            snapshot.tasks(of: "service:\(service.name)", on: $0.key) == 0
        })
    else { return false }
    let allRun = snapshot.runningTasksCount(of: key) == service.desiredCount
    switch primary.rolloutState {
    case .completed:
        return allRun == service.isSteady && service.rebalancing == nil && areZonesBalanced(service, in: snapshot)
    case .inProgress: return !allRun && !service.isSteady && isOnItsWay(service, in: snapshot)
    case .failed: return false
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
