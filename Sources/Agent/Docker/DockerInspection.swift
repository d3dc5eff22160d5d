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
        network = NetworkUsage(stats["networks"])
        storage = StorageUsage(stats["blkio_stats"]?["io_service_bytes_recursive"])
    }
}

extension NetworkUsage {
    /// In the engine's words, for one interface.
    var engineForm: JSONValue {
        func members(_ prefix: String, _ flow: Flow) -> [JSONMember] {
            [("bytes", flow.bytes), ("packets", flow.packets), ("errors", flow.errors), ("dropped", flow.dropped)]
                .map { JSONMember("\(prefix)_\($0.0)", .int(Int64($0.1))) }
        }
        return .object(members("rx", received) + members("tx", sent))
    }

    /// - Parameter networks: the engine's counters, by interface.
    fileprivate init?(_ networks: JSONValue?) {
        guard let interfaces = networks?.members, !interfaces.isEmpty else { return nil }
        self.init()
        for interface in interfaces {
            received.add(interface.value, "rx")
            sent.add(interface.value, "tx")
        }
    }
}

extension NetworkUsage.Flow {
    fileprivate mutating func add(_ counters: JSONValue, _ prefix: String) {
        bytes += counters["\(prefix)_bytes"]?.intValue ?? 0
        packets += counters["\(prefix)_packets"]?.intValue ?? 0
        errors += counters["\(prefix)_errors"]?.intValue ?? 0
        dropped += counters["\(prefix)_dropped"]?.intValue ?? 0
    }
}

extension StorageUsage {
    /// - Parameter entries: the engine's counters, by device and direction: `read` and `write`, in capitals or not.
    fileprivate init?(_ entries: JSONValue?) {
        guard let entries = entries?.arrayValue else { return nil }
        func sum(_ name: String) -> Int {
            entries.filter { $0["op"]?.stringValue?.lowercased() == name }.reduce(0) {
                $0 + ($1["value"]?.intValue ?? 0)
            }
        }
        self.init(read: sum("read"), written: sum("write"))
    }
}
