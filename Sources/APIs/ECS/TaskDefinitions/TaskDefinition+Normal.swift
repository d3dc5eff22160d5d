import AWSModels

/// A definition as it is stored and shown: sizes in units, defaults filled in. What was not sent and has no default
/// stays absent. What cannot be understood stays as it is, for the rules to refuse.
/// Observed: see Fixtures/ECS/RegisterTaskDefinition.
extension ECS.TaskDefinition {
    init(registering request: ECS.RegisterTaskDefinitionRequest) {
        self.init()
        containerDefinitions = request.containerDefinitions.map { $0.normal(networkMode: request.networkMode) }
        family = request.family
        taskRoleArn = request.taskRoleArn
        executionRoleArn = request.executionRoleArn
        networkMode = request.networkMode
        volumes = (request.volumes ?? []).map(\.normal)
        placementConstraints = request.placementConstraints ?? []
        runtimePlatform = request.runtimePlatform
        requiresCompatibilities = request.requiresCompatibilities
        cpu = request.cpu.map { text in TaskSize.cpuUnits(text).map(String.init) ?? text }
        memory = request.memory.map { text in TaskSize.memoryMiB(text).map(String.init) ?? text }
        inferenceAccelerators = request.inferenceAccelerators
        pidMode = request.pidMode
        ipcMode = request.ipcMode
        proxyConfiguration = request.proxyConfiguration
        ephemeralStorage = request.ephemeralStorage
        enableFaultInjection = request.enableFaultInjection ?? false
        trustedExecutionConfiguration = request.trustedExecutionConfiguration
    }
}

extension ECS.ContainerDefinition {
    fileprivate func normal(networkMode: ECS.NetworkMode?) -> ECS.ContainerDefinition {
        var container = self
        container.cpu = cpu ?? 0
        container.portMappings = (portMappings ?? []).map { $0.normal(networkMode: networkMode) }
        container.essential = essential ?? true
        container.environment = environment ?? []
        container.mountPoints = mountPoints ?? []
        container.volumesFrom = volumesFrom ?? []
        container.systemControls = systemControls ?? []
        container.healthCheck = healthCheck?.normal
        return container
    }
}

extension ECS.PortMapping {
    /// In awsvpc and host mode the host's port is the container's; in bridge mode 0 stands for a dynamic one.
    /// Source: Amazon ECS API Reference, PortMapping (hostPort). A range of ports has no host port.
    fileprivate func normal(networkMode: ECS.NetworkMode?) -> ECS.PortMapping {
        var mapping = self
        mapping.protocol = self.protocol ?? .tcp
        guard containerPortRange == nil, let containerPort else { return mapping }
        switch networkMode {
        case .awsvpc?, .host?: mapping.hostPort = hostPort.flatMap { $0 == 0 ? nil : $0 } ?? containerPort
        default: mapping.hostPort = hostPort ?? 0
        }
        return mapping
    }
}

extension ECS.HealthCheck {
    /// Source: Amazon ECS API Reference, HealthCheck: the defaults. `startPeriod` is off unless given.
    var normal: ECS.HealthCheck {
        var check = self
        check.interval = interval ?? 30
        check.timeout = timeout ?? 5
        check.retries = retries ?? 3
        return check
    }
}

extension ECS.Volume {
    /// A volume of no kind is a directory of the engine: `host` without a path.
    fileprivate var normal: ECS.Volume {
        var volume = self
        let hasKind =
            host != nil || dockerVolumeConfiguration != nil || efsVolumeConfiguration != nil
            || s3filesVolumeConfiguration != nil || fsxWindowsFileServerVolumeConfiguration != nil
            || configuredAtLaunch == true
        if !hasKind { volume.host = ECS.HostVolumeProperties() }
        if let efs = efsVolumeConfiguration {
            volume.efsVolumeConfiguration?.rootDirectory = efs.rootDirectory ?? "/"
        }
        return volume
    }
}
