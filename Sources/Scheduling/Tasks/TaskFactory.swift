import AWSModels
import AWSWire
import State

/// What a new task gets beside its placement.
package struct TaskBlueprint: Sendable {
    package var request: TaskRequest
    package var launchType = ECS.LaunchType.ec2
    package var capacityProviderName: String?
    package var startedBy: String?
    /// The service's name, for its tasks.
    package var service: String?
    /// The deployment's id, for a service's tasks.
    package var deployment: String?
    /// The id of the daemon's revision, for a daemon's tasks; the request names the daemon.
    package var daemonRevision: String?
    package var networkConfiguration: ECS.NetworkConfiguration?
    package var volumeConfigurations: [ECS.TaskVolumeConfiguration] = []
    package var enableExecuteCommand = false
    package var tags: [ECS.Tag] = []

    package init(request: TaskRequest) {
        self.request = request
    }

    /// Says which capacity provider the task is for; nil for none.
    package mutating func useProvider(_ name: String?) {
        capacityProviderName = name
        request.capacityProvider = name
    }
}

/// Makes the record of a task that was placed on `instance`: PENDING until its agent reports, or PROVISIONING until the
/// agent has its network interface ready, when it gets one of its own.
/// Source: Amazon ECS Developer Guide, Task lifecycle.
/// - Parameter instance: nil for a task that waits in PROVISIONING for its capacity provider to bring one.
package func makeTask(
    _ blueprint: TaskBlueprint, on instance: ContainerInstanceRecord?, _ context: inout DecisionContext
) -> TaskRecord {
    var task = TaskRecord()
    task.cluster = blueprint.request.cluster
    task.id = context.taskID()
    task.family = blueprint.request.definition.family
    task.revision = blueprint.request.definition.revision
    task.launchType = blueprint.launchType
    task.capacityProviderName = blueprint.capacityProviderName
    task.group = blueprint.request.group
    task.startedBy = blueprint.startedBy
    task.service = blueprint.service
    task.deployment = blueprint.deployment
    task.daemon = blueprint.request.daemon
    task.daemonRevision = blueprint.daemonRevision
    task.overrides = blueprint.request.overrides
    task.networkConfiguration = blueprint.networkConfiguration
    task.volumeConfigurations = blueprint.volumeConfigurations
    task.enableExecuteCommand = blueprint.enableExecuteCommand
    task.tags = blueprint.tags
    task.reserve(blueprint.request.need)
    task.createdAt = context.now
    if task.interfaceCount > 0 { task.lastStatus = .provisioning }
    if let instance { task.place(on: instance, at: context.now) } else { task.wait(for: blueprint.request) }
    task.containers = (blueprint.request.definition.definition.containerDefinitions ?? []).map { definition in
        var container = ContainerState()
        container.name = definition.name ?? ""
        container.id = context.random.uuid()
        container.image = definition.image
        // Observed: a task that was started for commands has the agent for them from the beginning.
        if task.enableExecuteCommand {
            container.managedAgents = [ECS.ManagedAgent(name: .executeCommandAgent, lastStatus: "PENDING")]
        }
        return container
    }
    return task
}

extension TaskRecord {
    /// Gives the task its instance.
    package mutating func place(on instance: ContainerInstanceRecord, at now: Timestamp) {
        instanceID = instance.id
        availabilityZone = instance.availabilityZone
        connectivityAt = instance.agentConnected ? now : nil
        placementConstraints = []
        placementStrategy = []
    }

    fileprivate mutating func wait(for request: TaskRequest) {
        lastStatus = .provisioning
        placementConstraints = request.constraints
        placementStrategy = request.strategies
    }

    fileprivate mutating func reserve(_ need: ResourceNeed) {
        cpuUnits = need.cpuUnits
        memoryMiB = need.memoryMiB
        hostPorts = need.ports
        hostUDPPorts = need.udpPorts
        gpuCount = need.gpus
        interfaceCount = need.interfaces
    }
}
