import AWSModels
import State

/// Whether a service is known by counts alone to need nothing: a look at its tasks would find each where it should be.
/// False says nothing.
///
/// Whatever makes a decision act must show in one of these counts; where assertions are checked, every rest is compared
/// with a whole look.
package func isAtRest(_ service: ServiceRecord, in snapshot: Snapshot) -> Bool {
    guard service.status == .active, service.deploymentController == .ecs, service.schedulingStrategy == .replica,
        service.isSteady, service.lastPlacementFailure == nil, service.deployments.count == 1,
        let primary = service.primary, primary.rolloutState == .completed, primary.failedTasks == 0
    else { return false }
    let key = service.key
    return snapshot.liveTasksCount(of: key) == service.desiredCount
        && snapshot.runningTasksCount(of: key) == service.desiredCount
        && snapshot.unhealthyTasksCount(of: key) == 0
        && snapshot.drainingInstances(of: service.cluster).allSatisfy {
            snapshot.tasks(of: "service:\(service.name)", on: $0.key) == 0
        }
}
