import AWSModels
import AWSWire
import State

extension ECS.ContainerInstance {
    /// A container instance as DescribeContainerInstances shows it.
    init(
        _ instance: ContainerInstanceRecord, in snapshot: Snapshot, includesTags: Bool = false,
        includesHealth: Bool = false
    ) {
        let usage = snapshot.usage(of: instance.key)
        self.init()
        containerInstanceArn = instance.arn(snapshot.realm)
        ec2InstanceId = instance.ec2InstanceID
        capacityProviderName = instance.capacityProviderName
        version = instance.version
        versionInfo = ECS.VersionInfo(
            agentVersion: instance.agentVersion, agentHash: instance.agentHash, dockerVersion: instance.dockerVersion)
        registeredResources = resources(of: instance, less: InstanceUsage())
        remainingResources = resources(of: instance, less: usage)
        status = instance.status.rawValue
        statusReason = instance.statusReason
        agentConnected = instance.agentConnected
        runningTasksCount = snapshot.runningTasksCount(on: instance.key)
        pendingTasksCount = snapshot.pendingTasksCount(on: instance.key)
        agentUpdateStatus = instance.agentUpdateStatus
        attributes = instance.shownAttributes
        registeredAt = instance.registeredAt
        attachments = []
        tags = includesTags ? instance.tags : []
        healthStatus = includesHealth ? ECS.ContainerInstanceHealthStatus(instance) : nil
    }
}

extension ContainerInstanceRecord {
    /// All attributes: the agent's and the region's, with the users' in place of equally named ones.
    var shownAttributes: [ECS.Attribute] {
        attributes.filter { own in !customAttributes.contains { $0.name == own.name } }
            + customAttributes.map { ECS.Attribute(name: $0.name, value: $0.value) }
    }
}

/// CPU, MEMORY, PORTS and PORTS_UDP, and GPU where there are any. Among the remaining resources the port lists name the
/// ports that are *taken*, the list of GPUs those that are free.
/// Source: Amazon ECS API Reference, Resource. Observed: every value member is shown, unused ones as 0.
private func resources(of instance: ContainerInstanceRecord, less usage: InstanceUsage) -> [ECS.Resource] {
    func number(_ name: String, _ value: Int) -> ECS.Resource {
        ECS.Resource(name: name, type: "INTEGER", doubleValue: 0, longValue: 0, integerValue: value)
    }
    func set(_ name: String, _ values: [String]) -> ECS.Resource {
        ECS.Resource(
            name: name, type: "STRINGSET", doubleValue: 0, longValue: 0, integerValue: 0, stringSetValue: values)
    }
    func ports(_ name: String, _ values: [Int]) -> ECS.Resource { set(name, values.map { String($0) }) }
    let gpus = instance.gpuIDs.filter { !usage.gpuIDs.contains($0) }
    return [
        number("CPU", instance.cpuUnits - usage.cpuUnits),
        number("MEMORY", instance.memoryMiB - usage.memoryMiB),
        ports("PORTS", instance.reservedPorts + usage.ports),
        ports("PORTS_UDP", instance.reservedUDPPorts + usage.udpPorts),
    ] + (instance.gpuIDs.isEmpty ? [] : [set("GPU", gpus)]) + instance.otherResources
}

extension ECS.ContainerInstanceHealthStatus {
    init(_ instance: ContainerInstanceRecord) {
        let state =
            instance.runtimeStatus.flatMap { ECS.InstanceHealthCheckState(rawValue: $0) }
            ?? .insufficientData
        self.init(
            overallStatus: state,
            details: [
                ECS.InstanceHealthCheckResult(
                    type: .containerRuntime, status: state, lastUpdated: instance.runtimeStatusUpdatedAt,
                    lastStatusChange: instance.runtimeStatusChangedAt)
            ])
    }
}
