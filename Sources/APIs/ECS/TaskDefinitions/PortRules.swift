import AWSModels
import AWSWire

/// Rules for port mappings.
/// Source: Amazon ECS API Reference, PortMapping.
enum PortRules {
    static let all: [ContainerRule] = [
        hasPortsOnlyWithNetwork, hasPortOrRange, hasValidPorts, matchesHostPorts, hasRanges, hasPortNames,
    ]

    static let hasPortsOnlyWithNetwork: ContainerRule = { (container, definition) throws(WireError) in
        guard definition.networkMode != ECS.NetworkMode.none || container.mappings.isEmpty else {
            throw .client("Port mappings are not supported when networkMode=none.")
        }
    }

    static let hasPortOrRange: ContainerRule = { (container, _) throws(WireError) in
        for mapping in container.mappings {
            switch (mapping.containerPort, mapping.containerPortRange) {
            case (nil, nil):
                throw .container(container, "A port mapping must have a containerPort or a containerPortRange.")
            case (.some, .some):
                throw .container(container, "containerPort and containerPortRange cannot be specified together.")
            case (nil, .some) where mapping.hostPort != nil:
                throw .container(container, "hostPort and containerPortRange cannot be specified together.")
            default: break
            }
        }
    }

    static let hasValidPorts: ContainerRule = { (container, _) throws(WireError) in
        for mapping in container.mappings {
            if let port = mapping.containerPort, !(1...65_535).contains(port) {
                throw .client("Invalid container port: \(port). It must be between 1 and 65535.")
            }
            if let port = mapping.hostPort, !(0...65_535).contains(port) {
                throw .client("Invalid host port: \(port). It must be between 0 and 65535.")
            }
        }
    }

    /// In awsvpc and host mode a container's port is the host's.
    static let matchesHostPorts: ContainerRule = { (container, definition) throws(WireError) in
        guard let mode = definition.networkMode, mode == .awsvpc || mode == .host else { return }
        for mapping in container.mappings {
            guard let host = mapping.hostPort, host != mapping.containerPort else { continue }
            throw .client(
                "When networkMode=\(mode.rawValue), the host ports and container ports in port mappings must match.")
        }
    }

    /// A range is `lo-hi`; a container has up to 100, which do not overlap; not in host mode.
    static let hasRanges: ContainerRule = { (container, definition) throws(WireError) in
        let texts = container.mappings.compactMap(\.containerPortRange)
        guard !texts.isEmpty else { return }
        guard definition.networkMode != .host else {
            throw .client("containerPortRange is not supported when networkMode=host.")
        }
        guard texts.count <= 100 else { throw .container(container, "At most 100 port ranges can be specified.") }
        var ranges: [ClosedRange<Int>] = []
        for text in texts {
            guard let range = portRange(text) else { throw .client("Invalid container port range: \(text).") }
            guard !ranges.contains(where: { $0.overlaps(range) }) else {
                throw .client("The container port range \(text) overlaps with another one.")
            }
            ranges.append(range)
        }
    }

    static let hasPortNames: ContainerRule = { (container, _) throws(WireError) in
        for mapping in container.mappings {
            if let name = mapping.name, !isPortName(name) {
                throw .client(
                    "Invalid port mapping name: \(name). It can have up to 64 lowercase letters, numbers, underscores "
                        + "and hyphens, and must not begin with a hyphen.")
            }
            guard mapping.appProtocol == nil || mapping.name != nil else {
                throw .client("A port mapping with an appProtocol must have a name.")
            }
        }
    }

    static let hasUniquePortNames: DefinitionRule = { (definition) throws(WireError) in
        var names: Set<String> = []
        for name in definition.containers.flatMap(\.mappings).compactMap(\.name) where !names.insert(name).inserted {
            throw .client("Port mapping names must be unique: '\(name)' is used more than once.")
        }
    }

    /// Two mappings cannot have one port of the host; the same number for tcp and udp is two ports.
    static let hasUniqueHostPorts: DefinitionRule = { (definition) throws(WireError) in
        var ports: Set<String> = []
        for mapping in definition.containers.flatMap(\.mappings) {
            guard let port = mapping.hostPort, port != 0 else { continue }
            let name = mapping.protocol == .udp ? "\(port)/udp" : "\(port)/tcp"
            guard ports.insert(name).inserted else {
                throw .client("Host ports must be unique: \(name) is used more than once.")
            }
        }
    }

    private static func portRange(_ text: String) -> ClosedRange<Int>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard ends.count == 2, let low = ends[0], let high = ends[1], 1 <= low, low < high, high <= 65_535 else {
            return nil
        }
        return low...high
    }

    private static func isPortName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && !name.hasPrefix("-")
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x5F
            }
    }
}

extension ECS.ContainerDefinition {
    var mappings: [ECS.PortMapping] { portMappings ?? [] }
}
