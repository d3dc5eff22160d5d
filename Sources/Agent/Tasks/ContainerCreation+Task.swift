import AWSWire
import NodeLink

/// A container of a payload as the engine's create request.
///
/// `dockerConfig` of the payload is laid over what is built here, so its members win; only the agent's labels stay.
/// Source: amazon-ecs-agent, agent/api/task: dockerConfig, dockerHostConfig.
extension ContainerCreation {
    /// The smallest memory limit the engine takes.
    private static let minimumMemory: Int64 = 6 << 20
    /// The kernel's smallest share.
    private static let minimumShares = 2
    /// The engine's runtime for containers with GPUs. Source: amazon-ecs-agent, ECS_NVIDIA_RUNTIME.
    private static let gpuRuntime = "nvidia"

    /// - Parameters:
    ///   - engineNames: the engine's names of all containers of the task, for links and `volumesFrom`.
    init(
        _ container: ACS.Container, of task: ACS.Task, engineNames: [String: String], volumes: TaskVolumes,
        enforcement: TaskLimits.Enforcement? = nil, secrets: [SecretLookUp: String] = [:], settings: TaskSettings
    ) {
        let overlay = container.dockerConfig
        let gpus = ContainerCreation.gpus(of: container, in: task)
        let endpoints = EndpointEnvironment.variables(
            task: task.arn ?? "", engineName: engineNames[container.name ?? ""] ?? "",
            credentialsID: task.roleCredentials?.credentialsId, settings)
        let values = ContainerCreation.values(of: container, secrets, for: "CONTAINER")
        var container = container
        // What the definition says itself goes before what its files say.
        container.environment = EnvironmentFile.variables(of: container, secrets)
            .merging(container.environment ?? [:]) { $1 }
        var body = ContainerCreation.config(container, gpus, endpoints.merging(values) { $1 }, settings)
            .merging(ContainerCreation.parsed(overlay?.config))
        var host = ContainerCreation.hostConfig(container, engineNames, volumes)
            .merging(ContainerCreation.parsed(overlay?.hostConfig))
        let logOptions = ContainerCreation.values(of: container, secrets, for: "LOG_DRIVER")
        if !logOptions.isEmpty { ContainerCreation.addLogOptions(logOptions, &host) }
        if !gpus.isEmpty { host["Runtime"] = .string(ContainerCreation.gpuRuntime) }
        if host["NetworkMode"] == nil { host["NetworkMode"] = .string(task.networkMode ?? "bridge") }
        ContainerCreation.share(container, task, engineNames, &host)
        ContainerCreation.connect(container, task, engineNames, &body, &host)
        ContainerCreation.limit(task, enforcement, &host)
        let metadata = ContainerCreation.addMetadata(container, task, engineNames, settings, &body, &host)
        var ranges: [PortRange] = []
        if let mode = host["NetworkMode"]?.stringValue, mode == "bridge" || mode == "default" {
            ContainerCreation.publish(container.portMappings ?? [], settings, &body, &host)
            ranges = (container.portMappings ?? []).compactMap(\.portRange)
        }
        body["Labels"] = (body["Labels"] ?? .object([])).merging(ContainerCreation.labels(container, task, settings))
        body["HostConfig"] = host
        self.init(
            name: engineNames[container.name ?? ""] ?? "", configuration: body, portRanges: ranges,
            bindAddress: settings.bindAddress, metadata: metadata)
    }

    /// The agent's own containers need no file.
    private static func addMetadata(
        _ container: ACS.Container, _ task: ACS.Task, _ engineNames: [String: String], _ settings: TaskSettings,
        _ body: inout JSONValue, _ host: inout JSONValue
    ) -> ContainerMetadataFile? {
        guard let root = settings.metadataDirectory, !isHolder(container),
            let engineName = engineNames[container.name ?? ""]
        else { return nil }
        let file = ContainerMetadataFile(container, of: task, engineName: engineName, in: root, settings)
        let mountPoint = ContainerMetadataFile.mountPoint(task: task.arn ?? "", engineName: engineName)
        let variable = "ECS_CONTAINER_METADATA_FILE=\(mountPoint)/\(ContainerMetadataFile.name)"
        body["Env"] = .array((body["Env"]?.arrayValue ?? []) + [.string(variable)])
        host["Binds"] = .array((host["Binds"]?.arrayValue ?? []) + [.string("\(file.directory):\(mountPoint)")])
        return file
    }

    /// The secrets of a container that somebody gets, by their names.
    private static func values(
        of container: ACS.Container, _ secrets: [SecretLookUp: String], for target: String
    ) -> [String: String] {
        var values: [String: String] = [:]
        for secret in container.secrets ?? [] where secret.target ?? "CONTAINER" == target {
            if let name = secret.name, let lookUp = secret.lookUp { values[name] = secrets[lookUp] }
        }
        return values
    }

    private static func addLogOptions(_ options: [String: String], _ host: inout JSONValue) {
        var log = host["LogConfig"] ?? .object([])
        var config = log["Config"] ?? .object([])
        for (name, value) in options { config[name] = .string(value) }
        log["Config"] = config
        host["LogConfig"] = log
    }

    private static func parsed(_ text: String?) -> JSONValue {
        guard let text, let value = try? JSONValue.parse(text), value.members != nil else { return .object([]) }
        // The engine takes null as an order; absence is meant.
        return .object(value.members?.filter { !$0.value.isNull } ?? [])
    }

    /// The ids of the GPUs that are the container's. The official agent takes associations with one container each.
    private static func gpus(of container: ACS.Container, in task: ACS.Task) -> [String] {
        (task.associations ?? []).filter { $0.type == "gpu" && $0.containers == [container.name ?? ""] }
            .compactMap(\.name)
    }

    private static func config(
        _ container: ACS.Container, _ gpus: [String], _ endpoints: [String: String], _ settings: TaskSettings
    ) -> JSONValue {
        var body = JSONValue.object([])
        body["Image"] = .string(container.image ?? "")
        if let command = overridden(container) ?? container.command, !command.isEmpty { body["Cmd"] = list(command) }
        if let entryPoint = container.entryPoint, !entryPoint.isEmpty { body["Entrypoint"] = list(entryPoint) }
        body["Env"] = list(environment(container, gpus, endpoints, settings))
        return body
    }

    /// Of overrides only the command is applied here; the server has merged in all others.
    private static func overridden(_ container: ACS.Container) -> [String]? {
        parsed(container.overrides)["command"]?.arrayValue?.compactMap(\.stringValue)
    }

    /// The region is added unless the definition says where. The runtime reads which GPUs the container sees.
    private static func environment(
        _ container: ACS.Container, _ gpus: [String], _ endpoints: [String: String], _ settings: TaskSettings
    ) -> [String] {
        var variables = (container.environment ?? [:]).merging(endpoints) { $1 }
        if !gpus.isEmpty { variables["NVIDIA_VISIBLE_DEVICES"] = gpus.joined(separator: ",") }
        if variables["AWS_REGION"] == nil && variables["AWS_DEFAULT_REGION"] == nil {
            variables["AWS_REGION"] = settings.region
            variables["AWS_DEFAULT_REGION"] = settings.region
        }
        return variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }

    private static func hostConfig(
        _ container: ACS.Container, _ engineNames: [String: String], _ volumes: TaskVolumes
    ) -> JSONValue {
        var host = JSONValue.object([])
        host["CpuShares"] = .int(Int64(max(container.cpu ?? 0, minimumShares)))
        if let memory = container.memory, memory > 0 { host["Memory"] = .int(max(Int64(memory) << 20, minimumMemory)) }
        let binds = volumes.binds(container.mountPoints ?? [])
        if !binds.isEmpty { host["Binds"] = list(binds) }
        let from = (container.volumesFrom ?? []).compactMap { volume in
            engineNames[volume.sourceContainer ?? ""].map { $0 + (volume.readOnly == true ? ":ro" : "") }
        }
        if !from.isEmpty { host["VolumesFrom"] = list(from) }
        let links = (container.links ?? []).compactMap { link(to: $0, engineNames) }
        if !links.isEmpty { host["Links"] = list(links) }
        return host
    }

    /// The namespaces of processes and of System V and POSIX messages: the host's, the task's, or the container's own.
    /// Source: amazon-ecs-agent, agent/api/task: getPIDMode, getIPCMode.
    private static func share(
        _ container: ACS.Container, _ task: ACS.Task, _ engineNames: [String: String], _ host: inout JSONValue
    ) {
        guard !isHolder(container) else {
            host["NetworkMode"] = "none"
            host["LogConfig"] = ["Type": "none"]
            let isShared = container.name == NamespaceContainer.name && task.ipcMode == "task"
            if isShared { host["IpcMode"] = "shareable" }
            return
        }
        let holder = JSONValue.string("container:" + (engineNames[NamespaceContainer.name] ?? ""))
        switch task.pidMode {
        case "host": host["PidMode"] = "host"
        case "task": host["PidMode"] = holder
        default: break
        }
        switch task.ipcMode {
        case "host": host["IpcMode"] = "host"
        case "none": host["IpcMode"] = "none"
        case "task": host["IpcMode"] = holder
        default: break
        }
    }

    private static func isHolder(_ container: ACS.Container) -> Bool {
        [NamespaceContainer.name, NetworkContainer.name].contains(container.name)
    }

    /// Keeps the container within its task's limits. Where there is no group, no container alone gets more than they
    /// allow all of them together.
    private static func limit(_ task: ACS.Task, _ enforcement: TaskLimits.Enforcement?, _ host: inout JSONValue) {
        guard let enforcement, let limits = TaskLimits(task) else { return }
        switch enforcement {
        case .group(let parent): host["CgroupParent"] = .string(parent)
        case .each:
            if let cores = limits.cores { host["NanoCpus"] = .int(Int64(cores * 1_000_000_000)) }
            if let memory = limits.memoryMiB, host["Memory"] == nil { host["Memory"] = .int(Int64(memory) << 20) }
        }
    }

    /// `name` or `name:alias`.
    private static func link(to text: String, _ engineNames: [String: String]) -> String? {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard let name = parts.first, let target = engineNames[name] else { return nil }
        return "\(target):\(parts.count > 1 ? parts[1] : name)"
    }

    /// A host port of 0 lets the engine choose from the host's ephemeral range. Ranges are the engine's to place.
    private static func publish(
        _ mappings: [ACS.PortMapping], _ settings: TaskSettings, _ body: inout JSONValue, _ host: inout JSONValue
    ) {
        guard !mappings.isEmpty else { return }
        var exposed = body["ExposedPorts"] ?? .object([])
        var bindings = host["PortBindings"] ?? .object([])
        for mapping in mappings {
            guard let port = mapping.containerPort else { continue }
            let key = "\(port)/\(mapping.protocol ?? "tcp")"
            exposed[key] = .object([])
            let hostPort = mapping.hostPort ?? 0
            let binding: JSONValue = [
                "HostIp": .string(settings.bindAddress), "HostPort": .string(hostPort == 0 ? "" : "\(hostPort)"),
            ]
            bindings[key] = .array((bindings[key]?.arrayValue ?? []) + [binding])
        }
        body["ExposedPorts"] = exposed
        host["PortBindings"] = bindings
    }

    /// The official agent's labels, and ours.
    private static func labels(_ container: ACS.Container, _ task: ACS.Task, _ settings: TaskSettings) -> JSONValue {
        [
            "com.amazonaws.ecs.cluster": .string(settings.cluster),
            "com.amazonaws.ecs.container-name": .string(container.name ?? ""),
            "com.amazonaws.ecs.task-arn": .string(task.arn ?? ""),
            "com.amazonaws.ecs.task-definition-family": .string(task.family ?? ""),
            "com.amazonaws.ecs.task-definition-version": .string(task.version ?? ""),
            "io.roost.instance": .string(settings.instance),
        ]
    }

    private static func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}

extension ContainerCreation {
    /// Publishes a range of ports on the host's from `hostPort` on.
    mutating func publish(_ range: PortRange, from hostPort: Int, at address: String) {
        var exposed = configuration["ExposedPorts"] ?? .object([])
        var host = configuration["HostConfig"] ?? .object([])
        var bindings = host["PortBindings"] ?? .object([])
        for port in range.ports {
            let key = "\(port)/\(range.protocol)"
            exposed[key] = .object([])
            bindings[key] = [
                ["HostIp": .string(address), "HostPort": .string("\(hostPort + port - range.first)")]
            ]
        }
        host["PortBindings"] = bindings
        configuration["ExposedPorts"] = exposed
        configuration["HostConfig"] = host
    }
}

extension ACS.PortMapping {
    /// The range it names; nil for a single port.
    var portRange: PortRange? {
        containerPort == nil ? containerPortRange.flatMap { PortRange($0, protocol: `protocol` ?? "tcp") } : nil
    }
}
