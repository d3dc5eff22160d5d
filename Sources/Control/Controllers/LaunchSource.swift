import AWSModels
import Scheduling
import State

/// What the tasks of one deployment or task set are made from.
struct LaunchSource {
    let id: String
    let definition: Key<TaskDefinitionRecord>
    /// The type the tasks have; with a strategy it is that of its providers.
    let launchType: ECS.LaunchType
    /// How the tasks are shared out; empty for a launch type.
    let strategy: [ECS.CapacityProviderStrategyItem]
    let networkConfiguration: ECS.NetworkConfiguration?
    /// Task sets have none.
    private var volumeConfigurations: [ECS.ServiceVolumeConfiguration] = []
    private let realm: Realm

    /// Finds a deployment or a task set of a service; nil when it has no such one.
    init?(_ id: String, of service: ServiceRecord, in snapshot: Snapshot) {
        self.id = id
        realm = snapshot.realm
        if let deployment = service.deployments.first(where: { $0.id == id }) {
            definition = TaskDefinitionRecord.key(deployment.family, deployment.revision)
            strategy = deployment.capacityProviderStrategy
            launchType = snapshot.launchType(of: strategy) ?? deployment.launchType ?? .ec2
            networkConfiguration = deployment.networkConfiguration
            volumeConfigurations = deployment.volumeConfigurations
            return
        }
        let sets = snapshot.taskSets(of: service.key)
        guard let set = sets.first(where: { $0.id == id }) else { return nil }
        definition = TaskDefinitionRecord.key(set.family, set.revision)
        strategy = set.capacityProviderStrategy
        launchType = snapshot.launchType(of: strategy) ?? set.launchType ?? .ec2
        networkConfiguration = set.networkConfiguration
    }

    /// What a new task gets.
    func blueprint(for service: ServiceRecord, _ definition: TaskDefinitionRecord) -> TaskBlueprint {
        var blueprint = TaskBlueprint(
            request: TaskRequest(service, definition, networkConfiguration, realm))
        blueprint.launchType = launchType
        blueprint.startedBy = id
        blueprint.service = service.name
        blueprint.deployment = id
        blueprint.networkConfiguration = networkConfiguration
        blueprint.volumeConfigurations = volumeConfigurations.map(\.ofTask)
        blueprint.enableExecuteCommand = service.settings.enableExecuteCommand
        blueprint.tags = propagatedTags(to: service, definition)
        return blueprint
    }
}
