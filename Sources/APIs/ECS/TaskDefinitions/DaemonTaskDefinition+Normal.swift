import AWSModels

/// A daemon's definition as it is stored and shown: sizes in units, defaults filled in.
/// Source: Amazon ECS API Reference, DescribeDaemonTaskDefinition, Examples.
extension ECS.DaemonTaskDefinition {
    init(registering request: ECS.RegisterDaemonTaskDefinitionRequest) {
        self.init()
        family = request.family
        taskRoleArn = request.taskRoleArn
        executionRoleArn = request.executionRoleArn
        containerDefinitions = request.containerDefinitions.map(\.normal)
        volumes = (request.volumes ?? []).map(\.normal)
        cpu = request.cpu.map { text in TaskSize.cpuUnits(text).map(String.init) ?? text }
        memory = request.memory.map { text in TaskSize.memoryMiB(text).map(String.init) ?? text }
        pidMode = request.pidMode
        ipcMode = request.ipcMode
    }
}

extension ECS.DaemonContainerDefinition {
    fileprivate var normal: ECS.DaemonContainerDefinition {
        var container = self
        container.cpu = cpu ?? 0
        container.essential = essential ?? true
        container.environment = environment ?? []
        container.secrets = secrets ?? []
        container.mountPoints = mountPoints ?? []
        container.healthCheck = healthCheck?.normal
        return container
    }
}

extension ECS.DaemonVolume {
    /// A volume of no kind is a directory of the engine: `host` without a path.
    fileprivate var normal: ECS.DaemonVolume {
        var volume = self
        if host == nil, logDriverVolumeConfiguration == nil { volume.host = ECS.HostVolumeProperties() }
        return volume
    }
}
