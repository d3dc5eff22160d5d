import AWSWire

/// What the engine's `inspect` says of a container.
struct DockerInspection {
    private let details: JSONValue

    init(_ details: JSONValue) { self.details = details }

    var id: String { details["Id"]?.stringValue ?? "" }

    /// Without the slash the engine puts before it.
    var name: String { String((details["Name"]?.stringValue ?? "").drop { $0 == "/" }) }

    /// - Parameter now: for times the engine does not know.
    func state(_ now: Timestamp) -> SurveyedContainer.State {
        let state = details["State"] ?? .null
        if state["Status"]?.stringValue == "created" { return .created }
        if state["Running"]?.boolValue == true {
            let startedAt = DockerInspection.time(state["StartedAt"]) ?? now
            return .running(ContainerStart(id: id, startedAt: startedAt, bindings: bindings))
        }
        return .exited(
            ContainerExit(
                id: id, exitCode: state["ExitCode"]?.intValue, isOutOfMemory: state["OOMKilled"]?.boolValue ?? false,
                finishedAt: DockerInspection.time(state["FinishedAt"]) ?? now))
    }

    /// What the health check says; nil without a check. One that is `starting` has not said anything yet.
    var health: ContainerHealth? {
        guard let status = details["State"]?["Health"]?["Status"]?.stringValue, status != "none" else { return nil }
        return ContainerHealth(rawValue: status.uppercased()) ?? .unknown
    }

    /// The published ports; IPv4 only, as the official agent reports them.
    var bindings: [NetworkBinding] {
        var result: [NetworkBinding] = []
        for member in details["NetworkSettings"]?["Ports"]?.members ?? [] {
            guard let port = DockerPort(member.name) else { continue }
            for binding in member.value.arrayValue ?? [] {
                guard let address = binding["HostIp"]?.stringValue, !address.contains(":"),
                    let hostPort = binding["HostPort"]?.stringValue.flatMap({ Int($0) })
                else { continue }
                result.append(
                    NetworkBinding(
                        bindIP: address, containerPort: port.number, hostPort: hostPort, protocol: port.protocol))
            }
        }
        return result.sorted { ($0.containerPort, $0.protocol) < ($1.containerPort, $1.protocol) }
    }

    /// The engine's way of saying never is the year 1.
    private static func time(_ value: JSONValue?) -> Timestamp? {
        value?.stringValue.flatMap(Timestamp.init(iso8601:)).flatMap { $0.milliseconds > 0 ? $0 : nil }
    }
}

/// A port as the engine writes it: `8080/tcp`.
struct DockerPort {
    let number: Int
    let `protocol`: String

    init?(_ text: String) {
        let parts = text.split(separator: "/")
        guard let number = parts.first.flatMap({ Int($0) }) else { return nil }
        self.number = number
        self.protocol = parts.count > 1 ? String(parts[1]) : "tcp"
    }
}

extension ContainerReference {
    /// The container that labels name; nil when they are none of ours.
    init?(labels: JSONValue?) {
        guard let task = labels?["com.amazonaws.ecs.task-arn"]?.stringValue,
            let container = labels?["com.amazonaws.ecs.container-name"]?.stringValue
        else { return nil }
        self.init(task: task, container: container)
    }
}

extension ContainerUsage {
    /// Use as `docker stats` counts it: the page cache is no use of memory.
    init(stats: JSONValue) {
        let memory = stats["memory_stats"]
        let cache = memory?["stats"]?["total_inactive_file"]?.intValue ?? memory?["stats"]?["inactive_file"]?.intValue
        self.init(
            cpuNanoseconds: stats["cpu_stats"]?["cpu_usage"]?["total_usage"]?.intValue ?? 0,
            cores: stats["cpu_stats"]?["online_cpus"]?.intValue ?? 1,
            memoryBytes: max(0, (memory?["usage"]?.intValue ?? 0) - (cache ?? 0)))
    }
}
