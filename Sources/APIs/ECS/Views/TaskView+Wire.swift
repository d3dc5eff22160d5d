import AWSModels
import AWSWire
import Scheduling
import State

extension ECS.Task {
    /// A task as DescribeTasks shows it.
    /// - Parameter includesTags: whether the caller asked for tags.
    init(_ task: TaskRecord, in snapshot: Snapshot, includesTags: Bool) {
        var projection = TaskProjection(snapshot)
        self = projection.task(task, includesTags: includesTags)
    }

    init(
        _ task: TaskRecord, _ definition: ECS.TaskDefinition?, _ instance: TaskProjection.InstanceFacts, _ realm: Realm,
        includesTags: Bool
    ) {
        self.init()
        taskArn = task.arn(realm)
        clusterArn = realm.ecs("cluster/\(task.cluster)")
        taskDefinitionArn = task.definitionARN(realm)
        containerInstanceArn = task.instanceID.map { realm.ecs("container-instance/\(task.cluster)/\($0)") }
        availabilityZone = task.availabilityZone
        capacityProviderName = task.capacityProviderName
        launchType = task.launchType
        platformVersion = task.platformVersion
        group = task.group
        startedBy = task.startedBy
        desiredStatus = task.desiredStatus.rawValue
        lastStatus = task.lastStatus.rawValue
        version = task.version
        enableExecuteCommand = task.enableExecuteCommand
        attachments = task.interface.map { [ECS.Attachment($0, of: task, realm)] } ?? []
        attributes = instance.attributes
        connectivity = instance.connectivity
        cpu = task.overrides?.cpu ?? definition?.cpu ?? String(task.cpuUnits)
        memory = task.overrides?.memory ?? definition?.memory ?? String(task.memoryMiB)
        overrides = shownOverrides(of: task)
        healthStatus = definition.flatMap { checkedHealth(of: task, $0) } ?? .unknown
        inferenceAccelerators = []
        tags = includesTags ? task.tags : []
        containers = task.containers.map { ECS.Container($0, of: task, definition, realm) }
        fillTimes(task)
        stopCode = task.stopCode
        stoppedReason = task.stoppedReason
    }

    private mutating func fillTimes(_ task: TaskRecord) {
        createdAt = task.createdAt
        connectivityAt = task.connectivityAt
        pullStartedAt = task.pullStartedAt
        pullStoppedAt = task.pullStoppedAt
        startedAt = task.startedAt
        stoppingAt = task.stoppingAt
        executionStoppedAt = task.executionStoppedAt
        stoppedAt = task.stoppedAt
    }
}

/// Observed: every container is listed by name, also one without an override.
private func shownOverrides(of task: TaskRecord) -> ECS.TaskOverride {
    var shown = task.overrides ?? ECS.TaskOverride()
    let given = shown.containerOverrides ?? []
    shown.containerOverrides = task.containers.map { container in
        given.last { $0.name == container.name } ?? ECS.ContainerOverride(name: container.name)
    }
    shown.inferenceAcceleratorOverrides = shown.inferenceAcceleratorOverrides ?? []
    return shown
}

extension ECS.Container {
    init(_ container: ContainerState, of task: TaskRecord, _ definition: ECS.TaskDefinition?, _ realm: Realm) {
        let defined = definition?.containerDefinitions?.first { $0.name == container.name }
        self.init()
        containerArn = realm.ecs("container/\(task.cluster)/\(task.id)/\(container.id)")
        taskArn = task.arn(realm)
        name = container.name
        image = container.image ?? defined?.image
        imageDigest = container.imageDigest
        runtimeId = container.runtimeID
        lastStatus = container.lastStatus
        exitCode = container.exitCode
        reason = container.reason
        networkBindings = container.networkBindings
        // Observed: there are none before the interface is attached.
        let interface = task.lastStatus == .provisioning ? nil : task.interface
        networkInterfaces = interface.map { [ECS.NetworkInterface($0)] } ?? []
        healthStatus = container.healthStatus
        managedAgents = container.managedAgents.isEmpty ? nil : container.managedAgents
        cpu = String(defined?.cpu ?? 0)
        memory = defined?.memory.map { String($0) }
        memoryReservation = defined?.memoryReservation.map { String($0) }
        gpuIds = container.gpuIDs.isEmpty ? nil : container.gpuIDs
    }
}
