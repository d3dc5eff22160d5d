/// A port of the host that leads to a port of a container; or a range of them, one by one.
package struct NetworkBinding: Sendable, Equatable {
    package var bindIP: String
    /// The first port of a range.
    package var containerPort: Int
    package var hostPort: Int
    /// `tcp` or `udp`.
    package var `protocol`: String
    /// How many ports there are, when a range was asked for; nil for a single port.
    package var rangeLength: Int?

    package init(bindIP: String, containerPort: Int, hostPort: Int, protocol: String, rangeLength: Int? = nil) {
        self.bindIP = bindIP
        self.containerPort = containerPort
        self.hostPort = hostPort
        self.protocol = `protocol`
        self.rangeLength = rangeLength
    }
}

/// Ports of a container that a task definition names as a range.
package struct PortRange: Sendable, Equatable {
    package var first: Int
    package var last: Int
    /// `tcp` or `udp`.
    package var `protocol`: String

    package var count: Int { last - first + 1 }
    package var ports: ClosedRange<Int> { first...last }

    /// - Parameter text: `first-last`.
    package init?(_ text: String, protocol: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, (1...65_535).contains(first),
            last <= 65_535
        else { return nil }
        self.first = first
        self.last = last
        self.protocol = `protocol`
    }
}

extension [NetworkBinding] {
    /// The bindings with those of a range made one for each address, where the host's ports lie side by side as well.
    /// Source: Amazon ECS API Reference, NetworkBinding: containerPortRange and hostPortRange.
    func joined(by range: PortRange) -> [NetworkBinding] {
        var result: [NetworkBinding] = []
        for binding in self {
            let isInside = range.ports.contains(binding.containerPort) && binding.protocol == range.protocol
            guard isInside, binding.rangeLength == nil, let first = whole(range, at: binding.bindIP) else {
                result.append(binding)
                continue
            }
            if binding == first {
                var joined = first
                joined.rangeLength = range.count
                result.append(joined)
            }
        }
        return result
    }

    /// The first binding of a range that is there as a whole, at one distance from the container's ports.
    private func whole(_ range: PortRange, at address: String) -> NetworkBinding? {
        let members = filter {
            $0.bindIP == address && $0.protocol == range.protocol && range.ports.contains($0.containerPort)
        }
        guard let first = members.first(where: { $0.containerPort == range.first }), members.count == range.count else {
            return nil
        }
        let isStraight = members.allSatisfy { $0.hostPort - $0.containerPort == first.hostPort - first.containerPort }
        return isStraight ? first : nil
    }
}
