import AWSModels
import AWSWire
import State

/// The parts of a container's definition that an agent takes in the engine's own form: JSON texts in the casing of the
/// Docker Engine API, laid over what the agent builds itself.
package struct DockerConfiguration: Sendable {
    /// `config` of the engine's container create request.
    package let config: String
    /// `HostConfig` of the engine's container create request.
    package let hostConfig: String

    /// - Parameters:
    ///   - task: the task's id, part of the name of its log streams.
    ///   - region: where logs go unless a container says otherwise.
    package init(
        _ container: ECS.ContainerDefinition, _ definition: ECS.TaskDefinition, task: String, region: String
    ) {
        config = DockerConfiguration.text(DockerConfiguration.config(container))
        var host = DockerConfiguration.hostConfig(container, definition)
        let log = container.logConfiguration.map {
            DockerConfiguration.logConfiguration($0, of: container, task: task, region: region)
        }
        host.append(("LogConfig", log))
        hostConfig = DockerConfiguration.text(host)
    }

    private static func text(_ members: [(String, JSONValue?)]) -> String {
        var object = JSONValue.object([])
        for (name, value) in members { if let value { object[name] = value } }
        return String(decoding: object.encode(), as: UTF8.self)
    }

    private static func config(_ container: ECS.ContainerDefinition) -> [(String, JSONValue?)] {
        [
            ("User", container.user.map { .string($0) }),
            ("WorkingDir", container.workingDirectory.map { .string($0) }),
            ("Hostname", container.hostname.map { .string($0) }),
            ("Labels", container.dockerLabels.map { labels in object(labels) }),
            ("Healthcheck", container.healthCheck.map(healthCheck)),
            ("Tty", container.pseudoTerminal.map { .bool($0) }),
            ("OpenStdin", container.interactive.map { .bool($0) }),
            ("NetworkDisabled", container.disableNetworking.map { .bool($0) }),
        ]
    }

    private static func hostConfig(
        _ container: ECS.ContainerDefinition, _ definition: ECS.TaskDefinition
    ) -> [(String, JSONValue?)] {
        let linux = container.linuxParameters
        let mode = definition.networkMode ?? .bridge
        return [
            // The engine knows no mode awsvpc: the agent makes the namespace.
            ("NetworkMode", mode == .awsvpc ? nil : .string(mode.rawValue)),
            ("Privileged", container.privileged.map { .bool($0) }),
            ("ReadonlyRootfs", container.readonlyRootFilesystem.map { .bool($0) }),
            ("MemoryReservation", container.memoryReservation.map { .int(Int64($0) << 20) }),
            ("CapAdd", list(linux?.capabilities?.add)),
            ("CapDrop", list(linux?.capabilities?.drop)),
            ("Init", linux?.initProcessEnabled.map { .bool($0) }),
            ("ShmSize", linux?.sharedMemorySize.map { .int(Int64($0) << 20) }),
            ("MemorySwap", memorySwap(container)),
            ("MemorySwappiness", linux?.maxSwap == nil ? nil : linux?.swappiness.map { .int(Int64($0)) }),
            ("Devices", (linux?.devices).map { .array($0.map(device)) }),
            ("Tmpfs", (linux?.tmpfs).map(tmpfs)),
            ("Ulimits", container.ulimits.map { .array($0.map(ulimit)) }),
            ("Sysctls", container.systemControls.flatMap(sysctls)),
            ("Dns", list(container.dnsServers)),
            ("DnsSearch", list(container.dnsSearchDomains)),
            ("ExtraHosts", container.extraHosts.map { .array($0.map { .string("\($0.hostname):\($0.ipAddress)") }) }),
            ("SecurityOpt", list(container.dockerSecurityOptions)),
            ("PidMode", definition.pidMode == .host ? .string("host") : nil),
            ("IpcMode", definition.ipcMode == .host ? .string("host") : nil),
        ]
    }

    private static func list(_ texts: [String]?) -> JSONValue? {
        guard let texts, !texts.isEmpty else { return nil }
        return .array(texts.map { .string($0) })
    }

    private static func object(_ texts: [String: String]) -> JSONValue {
        var object = JSONValue.object([])
        for (key, value) in texts.sorted(by: { $0.key < $1.key }) { object[key] = .string(value) }
        return object
    }

    /// The engine counts in nanoseconds.
    private static func healthCheck(_ check: ECS.HealthCheck) -> JSONValue {
        func nanoseconds(_ seconds: Int) -> JSONValue { .int(Int64(seconds) * 1_000_000_000) }
        return [
            "Test": .array(check.command.map { .string($0) }),
            "Interval": nanoseconds(check.interval ?? 30),
            "Timeout": nanoseconds(check.timeout ?? 5),
            "Retries": .int(Int64(check.retries ?? 3)),
            "StartPeriod": nanoseconds(check.startPeriod ?? 0),
        ]
    }

    /// The engine wants memory and swap together.
    private static func memorySwap(_ container: ECS.ContainerDefinition) -> JSONValue? {
        guard let swap = container.linuxParameters?.maxSwap, let memory = container.memory else { return nil }
        return .int(Int64(memory + swap) << 20)
    }

    private static func device(_ device: ECS.Device) -> JSONValue {
        let letters: [ECS.DeviceCgroupPermission: String] = [.read: "r", .write: "w", .mknod: "m"]
        let permissions = device.permissions?.compactMap { letters[$0] }.joined() ?? "rwm"
        return [
            "PathOnHost": .string(device.hostPath),
            "PathInContainer": .string(device.containerPath ?? device.hostPath),
            "CgroupPermissions": .string(permissions),
        ]
    }

    private static func tmpfs(_ mounts: [ECS.Tmpfs]) -> JSONValue {
        var object = JSONValue.object([])
        for mount in mounts {
            let options = ["size=\(mount.size)m"] + (mount.mountOptions ?? [])
            object[mount.containerPath] = .string(options.joined(separator: ","))
        }
        return object
    }

    private static func ulimit(_ limit: ECS.Ulimit) -> JSONValue {
        [
            "Name": .string(limit.name.rawValue), "Soft": .int(Int64(limit.softLimit)),
            "Hard": .int(Int64(limit.hardLimit)),
        ]
    }

    private static func sysctls(_ controls: [ECS.SystemControl]) -> JSONValue? {
        var object = JSONValue.object([])
        for control in controls {
            if let name = control.namespace, let value = control.value { object[name] = .string(value) }
        }
        return controls.isEmpty ? nil : object
    }

    /// The engine's own driver knows no prefix of streams: the stream gets its whole name here.
    /// Source: Amazon ECS Developer Guide, "Send Amazon ECS logs to CloudWatch": `prefix/container/task`.
    private static func logConfiguration(
        _ log: ECS.LogConfiguration, of container: ECS.ContainerDefinition, task: String, region: String
    ) -> JSONValue {
        var options = log.options ?? [:]
        if log.logDriver == .awslogs {
            options["awslogs-region"] = options["awslogs-region"] ?? region
            if let prefix = options.removeValue(forKey: "awslogs-stream-prefix") {
                options["awslogs-stream"] = "\(prefix)/\(container.name ?? "")/\(task)"
            }
        }
        return ["Type": .string(log.logDriver.rawValue), "Config": object(options)]
    }
}
