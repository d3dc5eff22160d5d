import AWSWire
import NodeLink

/// Containers of a task with a network interface of its own: all are in the network of one, which also has the names.
extension ContainerCreation {
    /// What the engine refuses of a container in another one's network: names and ports are that one's.
    /// Source: Docker Engine, runconfig: conflicting options.
    private static let foreignConfig = ["Hostname", "Domainname", "ExposedPorts", "MacAddress"]
    private static let foreignHost = [
        "Dns", "DnsOptions", "DnsSearch", "ExtraHosts", "Links", "PortBindings", "PublishAllPorts",
    ]

    /// - Parameters:
    ///   - body: the container's configuration.
    ///   - host: the part of it that is about the host.
    static func connect(
        _ container: ACS.Container, _ task: ACS.Task, _ engineNames: [String: String], _ body: inout JSONValue,
        _ host: inout JSONValue
    ) {
        guard let interface = try? task.readInterface(), container.name != NamespaceContainer.name else { return }
        guard container.name != NetworkContainer.name else { return name(interface, of: task, &body, &host) }
        for member in foreignConfig { body[member] = nil }
        for member in foreignHost { host[member] = nil }
        host["NetworkMode"] = .string("container:" + (engineNames[NetworkContainer.name] ?? ""))
    }

    /// The holder's name and resolvers are all containers': they share its `/etc/hostname`, `hosts` and `resolv.conf`.
    /// What a container's definition says of resolvers goes before what the interface says.
    /// Source: amazon-ecs-agent, agent/api/task: overrideDNS, and the hostname of the pause container.
    private static func name(
        _ interface: TaskInterface, of task: ACS.Task, _ body: inout JSONValue, _ host: inout JSONValue
    ) {
        let hostName = interface.containerHostName
        body["Hostname"] = .string(hostName)
        body["Labels"] = [NetworkContainer.label: .string(interface.hostName)]
        var hosts = [interface.privateDNSName, hostName].filter { !$0.isEmpty }.map { "\($0):\(interface.address)" }
        if hosts.count == 2, hosts[0] == hosts[1] { hosts.removeLast() }
        let wanted = (task.containers ?? []).map { container in
            container.dockerConfig?.hostConfig.flatMap { try? JSONValue.parse($0) } ?? .null
        }
        func all(_ member: String, and own: [String]) -> JSONValue? {
            var names: [String] = []
            for name in wanted.flatMap({ ($0[member]?.arrayValue ?? []).compactMap(\.stringValue) }) + own
            where !names.contains(name) { names.append(name) }
            return names.isEmpty ? nil : .array(names.map { .string($0) })
        }
        host["ExtraHosts"] = all("ExtraHosts", and: hosts)
        host["Dns"] = all("Dns", and: interface.nameServers)
        host["DnsSearch"] = all("DnsSearch", and: interface.domainNames)
        host["DnsOptions"] = all("DnsOptions", and: [])
    }
}
