import AWSWire

/// A container as the engine describes it: what metadata says beyond what the agent keeps itself.
/// Source: Docker Engine API v1.41, ContainerInspect.
struct ContainerSight: Sendable {
    private let details: JSONValue

    /// - Parameter details: the engine's answer to `inspect`; `null` for a container it does not know.
    init(_ details: JSONValue) { self.details = details }

    var imageID: String? { details["Image"]?.stringValue }
    var createdAt: String? { ContainerSight.time(details["Created"]) }
    var startedAt: String? { ContainerSight.time(details["State"]?["StartedAt"]) }
    var finishedAt: String? { ContainerSight.time(details["State"]?["FinishedAt"]) }

    var labels: JSONValue? {
        let labels = (details["Config"]?["Labels"]?.members ?? []).sorted { $0.name < $1.name }
        return labels.isEmpty ? nil : .object(labels)
    }

    /// What the last health check said; nil when there was none.
    var lastHealthCheck: (exitCode: Int, output: String)? {
        guard let last = details["State"]?["Health"]?["Log"]?.arrayValue?.last else { return nil }
        return (last["ExitCode"]?.intValue ?? 0, last["Output"]?.stringValue ?? "")
    }

    /// The published ports, of both address families.
    /// - Parameter withAddress: whether to say which address they are bound to.
    func ports(withAddress: Bool) -> JSONValue? {
        var result: [JSONValue] = []
        for member in details["NetworkSettings"]?["Ports"]?.members ?? [] {
            guard let port = DockerPort(member.name) else { continue }
            for binding in member.value.arrayValue ?? [] {
                var value: JSONValue = [
                    "ContainerPort": .int(Int64(port.number)), "Protocol": .string(port.protocol),
                ]
                value["HostPort"] = binding["HostPort"]?.stringValue.flatMap { Int64($0) }.map { .int($0) }
                if withAddress { value["HostIp"] = binding["HostIp"] }
                result.append(value)
            }
        }
        return result.isEmpty ? nil : .array(result)
    }

    /// The networks it is in. One that has ended has no address, which is shown as an empty one.
    var networks: JSONValue? {
        let networks = (details["NetworkSettings"]?["Networks"]?.members ?? []).sorted { $0.name < $1.name }
        guard !networks.isEmpty else { return nil }
        return .array(
            networks.map { network in
                var value: JSONValue = [
                    "NetworkMode": .string(network.name),
                    "IPv4Addresses": [.string(network.value["IPAddress"]?.stringValue ?? "")],
                ]
                if let address = network.value["GlobalIPv6Address"]?.stringValue, !address.isEmpty {
                    value["IPv6Addresses"] = [.string(address)]
                }
                return value
            })
    }

    var volumes: JSONValue? {
        let mounts = details["Mounts"]?.arrayValue ?? []
        guard !mounts.isEmpty else { return nil }
        return .array(
            mounts.map { mount in
                var value = JSONValue.object([])
                if let name = mount["Name"]?.stringValue, !name.isEmpty { value["DockerName"] = .string(name) }
                value["Source"] = mount["Source"]
                value["Destination"] = mount["Destination"]
                return value
            })
    }

    /// The engine's way of saying never is the year 1.
    private static func time(_ value: JSONValue?) -> String? {
        value?.stringValue.flatMap { $0.isEmpty || $0.hasPrefix("0001-") ? nil : $0 }
    }
}
