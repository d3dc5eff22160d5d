import AWSModels
import AWSWire
import NodeLink
import State

extension TaskRecord {
    /// What the agent is to make of the task: one that is DEACTIVATING goes on until its targets have drained.
    var orderedStatus: DesiredStatus { lastStatus == .deactivating ? .running : desiredStatus }
}

extension ACS.Task {
    /// The order to stop a task; an agent needs no more than its name.
    init(stopping key: Key<TaskRecord>, _ realm: Realm) {
        self.init(
            arn: realm.ecs("task/\(key.path)"), taskClusterArn: realm.ecs("cluster/\(key.path.prefix { $0 != "/" })"),
            desiredStatus: "STOPPED")
    }

    /// The order to run a task: everything an agent needs, with overrides merged.
    /// - Parameter revision: the service revision it is of, which knows the digests of images.
    init(
        starting task: TaskRecord, _ definition: ECS.TaskDefinition, _ revision: ServiceRevisionRecord? = nil,
        _ realm: Realm
    ) {
        self.init(
            arn: task.arn(realm), taskClusterArn: realm.ecs("cluster/\(task.cluster)"), family: task.family,
            version: String(task.revision), desiredStatus: "RUNNING", overrides: "{}",
            taskDefinitionAccountId: realm.account, group: task.group, serviceName: task.service,
            launchType: task.launchType.rawValue, networkMode: definition.networkMode?.rawValue ?? "bridge",
            cpu: number(task.overrides?.cpu ?? definition.cpu).map { $0 / 1_024 },
            memory: number(task.overrides?.memory ?? definition.memory).map { Int($0) },
            pidMode: definition.pidMode?.rawValue, ipcMode: definition.ipcMode?.rawValue,
            containers: (definition.containerDefinitions ?? []).map { container in
                var ordered = ACS.Container(effectiveContainer(container, in: task), of: task, definition, realm)
                if let revision, let image = ordered.image {
                    ordered.image = revision.pinned(image, of: container.name ?? "")
                }
                return ordered
            },
            volumes: (definition.volumes ?? []).map(ACS.Volume.init),
            enableFaultInjection: definition.enableFaultInjection, associations: gpus(of: task),
            elasticNetworkInterfaces: task.interface.map { [ACS.ElasticNetworkInterface($0, realm)] })
    }
}

extension ACS.ElasticNetworkInterface {
    /// The interface that an agent is to make, as if it had been attached to the instance.
    init(_ interface: TaskInterface, _ realm: Realm) {
        let network = DefaultNetwork(realm)
        self.init(
            attachmentArn: interface.attachmentARN(realm), ec2Id: interface.id, name: interface.id,
            macAddress: interface.macAddress, index: 0, interfaceAssociationProtocol: "default",
            ipv4Addresses: [ACS.IPv4Address(privateAddress: interface.address, primary: true)],
            subnetGatewayIpv4Address: network.gateway(of: interface.address), domainName: [network.domain],
            domainNameServers: [], privateDnsName: network.privateDNSName(of: interface.address))
    }
}

/// Which container gets which GPU: one association each.
private func gpus(of task: TaskRecord) -> [ACS.Association]? {
    guard task.gpuCount > 0 else { return nil }
    return task.containers.flatMap { container in
        container.gpuIDs.map { id in
            ACS.Association(
                name: id, type: "gpu", content: ACS.AssociationContent(value: id, encoding: "identity"),
                containers: [container.name])
        }
    }
}

private func number(_ text: String?) -> Double? { text.flatMap { Double($0) } }

extension ACS.Container {
    init(
        _ container: ECS.ContainerDefinition, of task: TaskRecord, _ definition: ECS.TaskDefinition, _ realm: Realm
    ) {
        let state = task.containers.first { $0.name == container.name }
        let docker = DockerConfiguration(container, definition, task: task.id, region: realm.region)
        self.init()
        name = container.name
        containerArn = state.map { realm.ecs("container/\(task.cluster)/\(task.id)/\($0.id)") }
        image = container.image
        essential = container.essential ?? true
        cpu = container.cpu ?? 0
        memory = container.memory
        command = container.command
        entryPoint = container.entryPoint
        environment = environment(of: container, task)
        overrides = "{}"
        links = container.links
        portMappings = (container.portMappings ?? []).map { mapping in
            ACS.PortMapping(
                containerPort: mapping.containerPort, containerPortRange: mapping.containerPortRange,
                hostPort: definition.networkMode == .host ? mapping.containerPort : mapping.hostPort ?? 0,
                protocol: mapping.protocol?.rawValue ?? "tcp")
        }
        mountPoints = (container.mountPoints ?? []).map { mount in
            ACS.MountPoint(
                sourceVolume: mount.sourceVolume, containerPath: mount.containerPath,
                readOnly: mount.readOnly ?? false)
        }
        volumesFrom = (container.volumesFrom ?? []).map { from in
            ACS.VolumeFrom(sourceContainer: from.sourceContainer, readOnly: from.readOnly ?? false)
        }
        dependsOn = container.dependsOn?.map { dependency in
            ACS.ContainerDependency(
                containerName: dependency.containerName, condition: dependency.condition.rawValue)
        }
        startTimeout = container.startTimeout
        stopTimeout = container.stopTimeout
        healthCheckType = container.healthCheck == nil ? nil : "docker"
        takeLookUps(container, of: task, definition, realm)
        restartPolicy = container.restartPolicy.map { policy in
            ACS.RestartPolicy(
                enabled: policy.enabled, ignoredExitCodes: policy.ignoredExitCodes,
                restartAttemptPeriod: policy.restartAttemptPeriod)
        }
        dockerConfig = ACS.DockerConfig(config: docker.config, hostConfig: docker.hostConfig)
    }

    /// The execution environment's name is the backend's to add.
    private func environment(of container: ECS.ContainerDefinition, _ task: TaskRecord) -> [String: String] {
        var variables = ["AWS_EXECUTION_ENV": "AWS_ECS_\(task.launchType.rawValue)"]
        for variable in container.environment ?? [] {
            if let name = variable.name { variables[name] = variable.value ?? "" }
        }
        return variables
    }
}

extension ACS.Volume {
    init(_ volume: ECS.Volume) {
        self.init(name: volume.name)
        if let docker = volume.dockerVolumeConfiguration {
            type = "docker"
            dockerVolumeConfiguration = ACS.DockerVolume(
                scope: docker.scope?.rawValue, autoprovision: docker.autoprovision, driver: docker.driver,
                driverOpts: docker.driverOpts, labels: docker.labels)
        } else if let efs = volume.efsVolumeConfiguration {
            type = "efs"
            efsVolumeConfiguration = ACS.EFSVolume(efs)
        } else if let share = volume.fsxWindowsFileServerVolumeConfiguration {
            type = "fsxWindowsFileServer"
            fsxWindowsFileServerVolumeConfiguration = ACS.FSxVolume(share)
        } else {
            type = "host"
            host = ACS.HostVolume(sourcePath: volume.host?.sourcePath)
        }
    }
}
