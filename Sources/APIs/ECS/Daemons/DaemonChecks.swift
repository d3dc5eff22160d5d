import AWSModels
import AWSWire
import State

/// Rules for the members of CreateDaemon and UpdateDaemon.
enum DaemonChecks {
    /// Source: Amazon ECS Developer Guide, Daemon deployments, Deployment configuration parameters.
    static let drainPercents = 1.0...100.0
    static let defaultDrainPercent = 25.0
    static let bakeTimesInMinutes = 0...1_440

    /// Fills the defaults of a deployment configuration in and checks it.
    static func completed(
        _ configuration: ECS.DaemonDeploymentConfiguration?
    ) throws(WireError) -> ECS.DaemonDeploymentConfiguration {
        let percent = configuration?.drainPercent ?? defaultDrainPercent
        guard drainPercents.contains(percent) else {
            throw .invalidParameter("drainPercent must be between 1.0 and 100.0.")
        }
        let minutes = configuration?.bakeTimeInMinutes ?? 0
        guard bakeTimesInMinutes.contains(minutes) else {
            throw .invalidParameter("bakeTimeInMinutes must be between 0 and 1440.")
        }
        let alarms = ECS.DaemonAlarmConfiguration(
            alarmNames: configuration?.alarms?.alarmNames ?? [], enable: configuration?.alarms?.enable ?? false)
        guard alarms.enable == false || alarms.alarmNames?.isEmpty == false else {
            throw .invalidParameter("alarmNames cannot be empty when the alarms are enabled.")
        }
        return ECS.DaemonDeploymentConfiguration(drainPercent: percent, alarms: alarms, bakeTimeInMinutes: minutes)
    }

    /// The names of the capacity providers of a request: each of Managed Instances, and of the cluster.
    /// Source: Amazon ECS API Reference, CreateDaemon; Developer Guide, Creating and managing daemons, Prerequisites.
    static func providers(
        _ references: [String], of cluster: ClusterRecord, in snapshot: Snapshot
    ) throws(WireError) -> [String] {
        guard !references.isEmpty else { throw .invalidParameter("Capacity providers cannot be empty.") }
        var names: [String] = []
        for reference in references {
            let name = try CapacityProviderReference.name(reference, snapshot.realm)
            guard let provider = snapshot.capacityProvider(name), provider.status == .active else {
                throw .unknownCapacityProvider(name)
            }
            guard provider.type == .managedInstances else {
                throw .invalidParameter(
                    "The capacity provider '\(name)' is not one of Amazon ECS Managed Instances, the only ones that "
                        + "daemons support.")
            }
            guard provider.cluster == cluster.name else {
                throw .invalidParameter(
                    "The capacity provider '\(name)' is not associated with the cluster \(cluster.name).")
            }
            guard !names.contains(name) else {
                throw .invalidParameter("The capacity provider '\(name)' is specified more than once.")
            }
            names.append(name)
        }
        return names
    }

    /// ECS Exec needs a task role.
    /// Source: Amazon ECS Developer Guide, Monitor Amazon ECS containers with ECS Exec.
    static func checkExecuteCommand(
        _ isEnabled: Bool, _ definition: DaemonTaskDefinitionRecord
    ) throws(WireError) {
        guard !isEnabled || definition.daemonDefinition.taskRoleArn != nil else {
            throw .invalidParameter(
                "ECS Exec cannot be enabled because a valid taskRoleArn is not being used. Specify a valid task role "
                    + "in your daemon task definition and try again.")
        }
    }
}
