import AWSModels
import State

/// The ids of the instances that a DAEMON service belongs on: ACTIVE, with the attributes its tasks need, and meeting
/// the constraints; whether there is room does not matter. One whose agent is away for a moment keeps its daemon.
///
/// Their number is the service's desired count: clients compare it with the running one, as the waiter
/// `services_stable` does.
/// Source: Amazon ECS API Reference, CreateService (schedulingStrategy).
/// - Parameter definition: the one of the service's primary deployment.
/// - Returns: the ids in order.
package func daemonInstances(
    of service: ServiceRecord, _ definition: TaskDefinitionRecord, in snapshot: Snapshot
) -> [String] {
    let network = service.primary?.networkConfiguration
    let checks = PlacementChecks(TaskRequest(service, definition, network, snapshot.realm))
    let served = Set(snapshot.liveTasks(of: service.key).compactMap(\.instanceID))
    let active = snapshot.list(
        ContainerInstanceRecord.self, .instanceByStatus, prefix: "\(service.cluster)/ACTIVE/")
    let providers = service.primary?.capacityProviderStrategy.map(\.capacityProvider) ?? []
    return active.filter { instance in
        (providers.isEmpty || instance.capacityProviderName.map { providers.contains($0) } ?? false)
            && checks.suits(instance, in: snapshot) && (instance.agentConnected || served.contains(instance.id))
    }.map(\.id)
}

extension TaskRequest {
    /// What a task of `service` wants of its instance.
    /// - Parameter network: that of its deployment or task set.
    package init(
        _ service: ServiceRecord, _ definition: TaskDefinitionRecord, _ network: ECS.NetworkConfiguration?,
        _ realm: Realm
    ) {
        self.init(
            cluster: service.cluster, definition: definition, group: "service:\(service.name)",
            constraints: service.settings.placementConstraints, strategies: service.settings.placementStrategy)
        use(network, in: realm)
    }
}
