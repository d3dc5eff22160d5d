import AWSModels

/// The attributes an instance must have for a definition: one for each feature that not every agent has.
///
/// An agent registers an attribute for each feature it knows; placement compares the two lists.
/// Source: amazon-ecs-agent, agent/app/agent_capability.go (names). Observed: registered definitions.
struct RequiredAttributes {
    private static let agent = "com.amazonaws.ecs.capability."
    private static let ecs = "ecs.capability."

    private let definition: ECS.TaskDefinition
    private var names: [String] = []

    /// The attributes of a normalised definition, in order of discovery.
    static func of(_ definition: ECS.TaskDefinition) -> [ECS.Attribute] {
        var required = RequiredAttributes(definition)
        required.collectFromTask()
        for container in definition.containers { required.collect(from: container) }
        for volume in definition.volumes ?? [] { required.collect(from: volume) }
        return required.names.map { ECS.Attribute(name: $0) }
    }

    private init(_ definition: ECS.TaskDefinition) {
        self.definition = definition
    }

    // MARK: The task

    private mutating func collectFromTask() {
        if definition.taskRoleArn != nil {
            agent(definition.networkMode == .host ? "task-iam-role-network-host" : "task-iam-role")
        }
        if definition.networkMode == .awsvpc {
            ecs("task-eni")
            dockerAPI("1.18")
        }
        if definition.cpu != nil || definition.memory != nil, !isForFargateOnly { ecs("task-cpu-mem-limit") }
        if definition.pidMode != nil || definition.ipcMode != nil { ecs("pid-ipc-namespace-sharing") }
        if definition.proxyConfiguration != nil { ecs("aws-appmesh") }
        if definition.enableFaultInjection == true { ecs("fault-injection") }
    }

    /// Observed: definitions for Fargate alone lack the attribute for task sizes.
    private var isForFargateOnly: Bool { Set(definition.requiresCompatibilities ?? []) == [.fargate] }

    // MARK: A container

    private mutating func collect(from container: ECS.ContainerDefinition) {
        collectImage(container)
        collectLogging(container)
        collectSecrets(container)
        collectLimits(container)
        if !(container.dependsOn ?? []).isEmpty { ecs("container-ordering") }
        if container.restartPolicy?.enabled == true { ecs("container-restart-policy") }
        if container.mappings.contains(where: { $0.containerPortRange != nil }) { ecs("network.container-port-range") }
        if let check = container.healthCheck {
            ecs("container-health-check")
            dockerAPI(check.startPeriod == nil ? "1.24" : "1.29")
        }
        collectSecurity(container)
    }

    private mutating func collectImage(_ container: ECS.ContainerDefinition) {
        if container.isECRImage {
            agent("ecr-auth")
            if definition.executionRoleArn != nil { ecs("execution-role-ecr-pull") }
        }
        if container.repositoryCredentials != nil { ecs("private-registry-authentication.secretsmanager") }
    }

    private mutating func collectLogging(_ container: ECS.ContainerDefinition) {
        if let router = container.firelensConfiguration {
            ecs("firelens.\(router.type.rawValue)")
            if let type = router.options?["config-file-type"] { ecs("firelens.options.config.\(type)") }
        }
        guard let log = container.logConfiguration else { return }
        agent("logging-driver.\(log.logDriver.rawValue)")
        if log.logDriver == .awslogs {
            dockerAPI("1.19")
            if definition.executionRoleArn != nil { ecs("execution-role-awslogs") }
            if log.options?["awslogs-create-group"] != nil { dockerAPI("1.29") }
        }
        if log.logDriver == .awsfirelens, log.options?["log-driver-buffer-limit"] != nil {
            ecs("logging-driver.awsfirelens.log-driver-buffer-limit")
        }
        for secret in log.secretOptions ?? [] { ecs("secrets.\(store(of: secret)).bootstrap.log-driver") }
    }

    private mutating func collectSecrets(_ container: ECS.ContainerDefinition) {
        for secret in container.secrets ?? [] { ecs("secrets.\(store(of: secret)).environment-variables") }
        if !(container.environmentFiles ?? []).isEmpty { ecs("env-files.s3") }
    }

    /// A parameter of Systems Manager unless the ARN is Secrets Manager's.
    private func store(of secret: ECS.Secret) -> String {
        secret.valueFrom.contains(":secretsmanager:") ? "asm" : "ssm"
    }

    private mutating func collectLimits(_ container: ECS.ContainerDefinition) {
        if container.memoryReservation != nil { dockerAPI("1.21") }
        if !(container.ulimits ?? []).isEmpty || !(container.dockerLabels ?? [:]).isEmpty { dockerAPI("1.18") }
        if !(container.systemControls ?? []).isEmpty { dockerAPI("1.22") }
        guard let linux = container.linuxParameters else { return }
        if linux.initProcessEnabled == true { dockerAPI("1.25") }
        let needsDevices = linux.tmpfs != nil || linux.sharedMemorySize != nil || linux.devices != nil
        if needsDevices { dockerAPI("1.22") }
    }

    private mutating func collectSecurity(_ container: ECS.ContainerDefinition) {
        if container.privileged == true { agent("privileged-container") }
        for option in container.dockerSecurityOptions ?? [] {
            if option.hasPrefix("label") { agent("selinux") }
            if option.hasPrefix("apparmor") { agent("apparmor") }
        }
        for spec in container.credentialSpecs ?? [] {
            ecs(spec.hasPrefix("credentialspecdomainless:") ? "gmsa-domainless" : "gmsa")
        }
    }

    // MARK: A volume

    private mutating func collect(from volume: ECS.Volume) {
        if let driver = volume.dockerVolumeConfiguration?.driver { ecs("docker-plugin.\(driver)") }
        if let efs = volume.efsVolumeConfiguration {
            ecs(efs.authorizationConfig == nil ? "efs" : "efsAuth")
            dockerAPI("1.25")
        }
        if volume.fsxWindowsFileServerVolumeConfiguration != nil { ecs("fsxWindowsFileServer") }
        if volume.s3filesVolumeConfiguration != nil { ecs("storage.s3-files") }
        if volume.configuredAtLaunch == true { ecs("storage.ebs-task-volume-attach") }
    }

    // MARK: Names

    private mutating func dockerAPI(_ version: String) { agent("docker-remote-api.\(version)") }

    private mutating func agent(_ name: String) { add(RequiredAttributes.agent + name) }

    private mutating func ecs(_ name: String) { add(RequiredAttributes.ecs + name) }

    private mutating func add(_ name: String) {
        if !names.contains(name) { names.append(name) }
    }
}
