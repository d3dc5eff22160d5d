import AWSWire
import NodeLink

/// Metadata of a task and its containers, as programs in its containers read it. Pure: what the engine says of the
/// containers comes in.
/// Source: Amazon ECS Developer Guide, Amazon ECS task metadata endpoint versions 2, 3 and 4. Observed:
/// Fixtures/endpoint-v*.json.
struct TaskMetadata: Sendable {
    let machine: TaskMachine
    /// By the engine's id of the container.
    let sights: [String: ContainerSight]
    /// The cluster as configured: name or ARN.
    let cluster: String
    /// The instance's zone.
    let availabilityZone: String
    /// 2, 3 or 4; the first two say the same.
    let version: Int

    /// Tags of the task and of its instance, for `taskWithTags`; what could not be had is among the errors.
    struct Tags: Sendable {
        var task: [String: String]?
        var instance: [String: String]?
        var errors: [JSONValue] = []
    }

    // MARK: The task

    func task(_ tags: Tags? = nil) -> JSONValue {
        var value = JSONValue.object([])
        value["Cluster"] = .string(cluster)
        value["TaskARN"] = .string(machine.arn)
        value["Family"] = .string(machine.task.family ?? "")
        value["Revision"] = .string(machine.task.version ?? "")
        if version == 4 { value["ServiceName"] = TaskMetadata.text(machine.task.serviceName) }
        value["DesiredStatus"] = .string(machine.isStopRequested ? "STOPPED" : "RUNNING")
        value["KnownStatus"] = .string(machine.knownStatus)
        if version < 4 { value["Containers"] = containers }
        value["Limits"] = TaskMetadata.limits(cpu: machine.task.cpu.map { .double($0) }, memory: machine.task.memory)
        value["PullStartedAt"] = machine.pullStartedAt.map { .string($0.iso8601) }
        value["PullStoppedAt"] = machine.pullStoppedAt.map { .string($0.iso8601) }
        value["ExecutionStoppedAt"] = machine.executionStoppedAt.map { .string($0.iso8601) }
        value["AvailabilityZone"] = .string(availabilityZone)
        value["TaskTags"] = TaskMetadata.object(tags?.task)
        value["ContainerInstanceTags"] = TaskMetadata.object(tags?.instance)
        guard version == 4 else { return value }
        value["LaunchType"] = TaskMetadata.text(machine.task.launchType)
        value["Containers"] = containers
        if let errors = tags?.errors, !errors.isEmpty { value["Errors"] = .array(errors) }
        value["FaultInjectionEnabled"] = .bool(machine.task.enableFaultInjection ?? false)
        return value
    }

    /// Those that the engine has.
    private var containers: JSONValue { .array(machine.containers.filter { $0.id != nil }.map(container)) }

    // MARK: A container

    func container(_ container: ContainerMachine) -> JSONValue {
        let sight = sights[container.id ?? ""] ?? ContainerSight(.null)
        var value = JSONValue.object([])
        value["DockerId"] = .string(container.id ?? "")
        value["Name"] = .string(container.name)
        value["DockerName"] = .string(container.engineName)
        value["Image"] = .string(container.definition.image ?? "")
        value["ImageID"] = .string(sight.imageID ?? "")
        value["Ports"] = sight.ports(withAddress: version == 4)
        value["Labels"] = sight.labels
        value["DesiredStatus"] = .string(machine.isStopRequested ? "STOPPED" : "RUNNING")
        value["KnownStatus"] = .string(container.phase.knownStatus)
        if container.phase == .stopped { value["ExitCode"] = container.exitCode.map { .int(Int64($0)) } }
        // The kernel's smallest share is 2. Observed: a container without CPU units shows it.
        let shares = max(container.definition.cpu ?? 0, 2)
        value["Limits"] = TaskMetadata.limits(cpu: .int(Int64(shares)), memory: container.definition.memory)
        value["CreatedAt"] = TaskMetadata.text(sight.createdAt)
        value["StartedAt"] = TaskMetadata.text(sight.startedAt ?? container.startedAt?.iso8601)
        if container.phase == .stopped {
            value["FinishedAt"] = TaskMetadata.text(sight.finishedAt ?? container.finishedAt?.iso8601)
        }
        value["Type"] = .string(
            container.holdsNetwork ? "CNI_PAUSE" : container.isInternal ? "NAMESPACE_PAUSE" : "NORMAL")
        let networks = machine.interface.map { $0.networks(version: version) } ?? sight.networks
        if version < 4 { value["Networks"] = networks }
        value["Health"] = health(container, sight)
        value["Volumes"] = sight.volumes
        guard version == 4 else { return value }
        let log = container.definition.logConfiguration
        value["LogDriver"] = TaskMetadata.text(log["Type"]?.stringValue)
        value["LogOptions"] = log["Config"]?.members?.isEmpty == false ? log["Config"] : nil
        value["ContainerARN"] = TaskMetadata.text(container.definition.containerArn)
        if container.definition.restartPolicy?.enabled == true {
            value["RestartCount"] = .int(Int64(container.restartCount))
        }
        value["Networks"] = networks
        return value
    }

    /// Only containers with a health check have a health.
    private func health(_ container: ContainerMachine, _ sight: ContainerSight) -> JSONValue? {
        guard container.definition.healthCheckType != nil else { return nil }
        var value: JSONValue = ["status": .string(container.health.rawValue)]
        value["statusSince"] = container.healthSince.map { .string($0.iso8601) }
        if let last = sight.lastHealthCheck {
            if last.exitCode != 0 { value["exitCode"] = .int(Int64(last.exitCode)) }
            value["output"] = TaskMetadata.text(last.output)
        }
        return value
    }

    // MARK: Associations

    /// What is associated with a container, by name; null when nothing is.
    static func associations(_ type: String, of container: String, in task: ACS.Task) -> JSONValue {
        let names = (task.associations ?? [])
            .filter { $0.type == type && ($0.containers ?? []).contains(container) }.compactMap(\.name)
        return ["Associations": names.isEmpty ? .null : .array(names.map { .string($0) })]
    }

    /// The content of an association; nil when the container has none of that name.
    static func association(
        _ type: String, _ name: String, of container: String, in task: ACS.Task
    ) -> [UInt8]? {
        let found = (task.associations ?? []).first {
            $0.type == type && $0.name == name && ($0.containers ?? []).contains(container)
        }
        guard let content = found?.content, let value = content.value else { return nil }
        return content.encoding == "base64" ? Base64.decode(value.utf8) : Array(value.utf8)
    }

    // MARK: Small parts

    private static func limits(cpu: JSONValue?, memory: Int?) -> JSONValue? {
        var value = JSONValue.object([])
        value["CPU"] = cpu
        if let memory, memory > 0 { value["Memory"] = .int(Int64(memory)) }
        return value.members?.isEmpty == false ? value : nil
    }

    /// Go's `omitempty`.
    private static func text(_ text: String?) -> JSONValue? {
        text.flatMap { $0.isEmpty ? nil : .string($0) }
    }

    private static func object(_ texts: [String: String]?) -> JSONValue? {
        guard let texts, !texts.isEmpty else { return nil }
        return .object(texts.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) })
    }
}

extension ACS.Container {
    /// How it was told to log; null when it was not. Observed: the engine's own default is not shown.
    fileprivate var logConfiguration: JSONValue {
        guard let text = dockerConfig?.hostConfig, let host = try? JSONValue.parse(text) else { return .null }
        return host["LogConfig"] ?? .null
    }
}

extension ContainerMachine.Phase {
    /// The official agent's word for it.
    /// Source: amazon-ecs-agent, ecs-agent/api/container/status.
    var knownStatus: String {
        switch self {
        case .waiting: "NONE"
        case .pulling: "MANIFEST_PULLED"
        case .pulled, .creating: "PULLED"
        case .created, .starting: "CREATED"
        case .running: "RUNNING"
        case .stopped: "STOPPED"
        }
    }
}

extension TaskMachine {
    /// The status of its slowest container, in the official agent's words.
    var knownStatus: String { (containers.map(\.phase).min() ?? .waiting).knownStatus }
}
