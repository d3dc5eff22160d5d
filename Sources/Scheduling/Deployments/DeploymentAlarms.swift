import AWSModels
import AWSWire
import State

/// Where deployments learn which alarms are in the state ALARM. An alarm that is not there is not.
/// Source: Amazon ECS Developer Guide, How CloudWatch alarms detect Amazon ECS deployment failures.
/// - Returns: those of `names` that are in ALARM, in their order.
package func alarmsInAlarm(_ names: [String], in snapshot: Snapshot) -> [String] {
    names.filter { snapshot.get(AlarmRecord.key($0))?.state == .alarm }
}

/// How long alarms are watched after a roll-out has replaced all tasks: as long as the slowest needs to go off.
/// Source: Amazon ECS Developer Guide, How CloudWatch alarms detect Amazon ECS deployment failures (bake time).
func alarmBakeTime(_ names: [String], in snapshot: Snapshot) -> Duration {
    names.compactMap { snapshot.get(AlarmRecord.key($0)) }
        .map { .seconds($0.periodSeconds * $0.evaluationPeriods) }
        .max() ?? .zero
}

extension Snapshot {
    /// The services whose deployment watches an alarm.
    package func services(watching alarm: String) -> [Key<ServiceRecord>] {
        list(ServiceRecord.self).filter { service in
            guard service.status == .active, let id = service.serviceDeployment else { return false }
            let deployment = get(ServiceDeploymentRecord.key(service.cluster, service.name, id))
            return deployment?.alarms == .monitoring
                && deployment?.configuration.alarms?.alarmNames.contains(alarm) ?? false
        }.map(\.key)
    }

    /// The daemons whose deployment watches an alarm.
    package func daemons(watching alarm: String) -> [Key<DaemonRecord>] {
        list(DaemonRecord.self).filter { daemon in
            guard let deployment = get(daemon.deploymentKey), deployment.status == .inProgress else { return false }
            return deployment.watchedAlarms.contains(alarm)
        }.map(\.key)
    }
}

extension DaemonDeploymentRecord {
    /// The alarms that stop the deployment.
    var watchedAlarms: [String] {
        configuration.alarms?.enable == true ? configuration.alarms?.alarmNames ?? [] : []
    }
}
