import AWSModels

/// Where the engine keeps the logs of containers with the driver `json-file`: one directory to a container.
/// Source: Docker documentation, JSON File logging driver.
private let engineLogDirectory = "/var/lib/docker/containers"

extension DaemonTaskDefinitionRecord {
    /// A daemon's definition as a task runs it.
    package var definition: ECS.TaskDefinition {
        var definition = ECS.TaskDefinition(daemonDefinition)
        definition.requiresAttributes = requiredAttributes
        return definition
    }
}

extension ECS.TaskDefinition {
    /// A daemon's definition in the form of all others, so that the rules, the placement and the agents that know
    /// those know it too.
    ///
    /// ECS gives daemons the network mode `daemon_bridge`, which no definition can name: the engine's bridge stands in
    /// for it, without the fixed address 169.254.172.2.
    /// Source: Amazon ECS Developer Guide, Daemon task definitions, Network mode and Volumes.
    package init(_ daemon: ECS.DaemonTaskDefinition) {
        self.init()
        family = daemon.family
        taskRoleArn = daemon.taskRoleArn
        executionRoleArn = daemon.executionRoleArn
        networkMode = .bridge
        cpu = daemon.cpu
        memory = daemon.memory
        // `shared` is the host's namespace; a task of its own has no word for `none`.
        pidMode = daemon.pidMode == .shared ? .host : nil
        ipcMode = daemon.ipcMode == .shared ? .host : nil
        containerDefinitions = (daemon.containerDefinitions ?? []).map(ECS.ContainerDefinition.init)
        volumes = (daemon.volumes ?? []).map(ECS.Volume.init)
    }
}

extension ECS.ContainerDefinition {
    fileprivate init(_ container: ECS.DaemonContainerDefinition) {
        self.init(
            name: container.name, image: container.image, repositoryCredentials: container.repositoryCredentials,
            cpu: container.cpu, memory: container.memory, memoryReservation: container.memoryReservation,
            essential: container.essential, restartPolicy: container.restartPolicy, entryPoint: container.entryPoint,
            command: container.command, environment: container.environment,
            environmentFiles: container.environmentFiles, mountPoints: container.mountPoints,
            linuxParameters: container.linuxParameters.map(ECS.LinuxParameters.init), secrets: container.secrets,
            dependsOn: container.dependsOn, startTimeout: container.startTimeout, stopTimeout: container.stopTimeout,
            user: container.user, workingDirectory: container.workingDirectory, privileged: container.privileged,
            readonlyRootFilesystem: container.readonlyRootFilesystem, interactive: container.interactive,
            pseudoTerminal: container.pseudoTerminal, ulimits: container.ulimits,
            logConfiguration: container.logConfiguration, healthCheck: container.healthCheck,
            systemControls: container.systemControls, firelensConfiguration: container.firelensConfiguration)
    }
}

extension ECS.LinuxParameters {
    fileprivate init(_ linux: ECS.DaemonLinuxParameters) {
        self.init(
            capabilities: linux.capabilities, devices: linux.devices, initProcessEnabled: linux.initProcessEnabled,
            tmpfs: linux.tmpfs)
    }
}

extension ECS.Volume {
    /// A log driver's volume is the directory where the engine keeps the logs.
    /// Source: Amazon ECS API Reference, LogDriverVolumeConfiguration.
    fileprivate init(_ volume: ECS.DaemonVolume) {
        let path = volume.logDriverVolumeConfiguration == nil ? volume.host?.sourcePath : engineLogDirectory
        self.init(name: volume.name, host: ECS.HostVolumeProperties(sourcePath: path))
    }
}
