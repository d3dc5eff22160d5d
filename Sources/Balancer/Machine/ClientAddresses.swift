import AWSWire
import NodeLink

/// Which targets see clients' addresses, and which clients cannot be shown.
/// Source: Network Load Balancers guide, "Edit target group attributes": client IP preservation.
package struct ClientAddresses: Sendable, Equatable {
    /// Where a target is reached.
    package struct Target: Sendable, Hashable, Comparable {
        package enum Transport: String, Sendable { case tcp, udp }

        var address: IPv4Address
        var port: Int
        var transport: Transport

        package static func < (left: Target, right: Target) -> Bool {
            if left.address != right.address { return left.address < right.address }
            if left.port != right.port { return left.port < right.port }
            return left.transport.rawValue < right.transport.rawValue
        }
    }

    var targets: Set<Target>
    /// Ranges in a fixed order. Their clients are answered past the balancer, or have addresses that are no other
    /// machine's to see: those of the machine, and those beside targets on one wire.
    var near: [IPv4Range]

    /// Ranges that are near whatever the machine has.
    static let nobody = ClientAddresses(targets: [], near: [MachineNetworks.loopback])

    /// Finds them. A target is among them when its group wants it and packets to it pass this machine only.
    /// - Parameter targets: by target group.
    static func find(
        _ groups: [BalancerConfiguration.TargetGroup], _ targets: [String: [BalancerTargets.Target]],
        in machine: MachineNetworks
    ) -> ClientAddresses {
        var found: Set<Target> = []
        for group in groups {
            for target in targets[group.id] ?? [] {
                for transport in group.preservedTransports {
                    guard let wanted = Target(target, transport), machine.isHere(wanted.address) else { continue }
                    found.insert(wanted)
                }
            }
        }
        var near = nobody.near
        let behind = found.filter { !machine.own.contains($0.address) }
        for route in machine.routes where !near.contains(route.range) {
            // A port of the machine may be published: behind it can be any of the bridges.
            let isBeside = route.way == .cable && behind.contains { route.range.contains($0.address) }
            if route.way == .bridge || isBeside { near.append(route.range) }
        }
        for address in machine.own where !near.contains(where: { $0.contains(address) }) {
            near.append(IPv4Range(address))
        }
        return ClientAddresses(targets: found, near: near.sorted { $0.order < $1.order })
    }

    /// Whether a target of a group sees its clients' addresses.
    func shows(
        _ target: BalancerTargets.Target, _ transport: Target.Transport, of group: BalancerConfiguration.TargetGroup
    ) -> Bool {
        guard group.preservedTransports.contains(transport) else { return false }
        return Target(target, transport).map { targets.contains($0) } ?? false
    }
}

extension ClientAddresses.Target {
    /// - Returns: nil for what is no IPv4 address.
    init?(_ target: BalancerTargets.Target, _ transport: Transport) {
        guard let address = IPv4Address(target.address), (1...65_535).contains(target.port) else { return nil }
        self.init(address: address, port: target.port, transport: transport)
    }
}

extension BalancerConfiguration.TargetGroup {
    /// By which its targets are to see clients' addresses. Those that are told by the proxy protocol are not shown them
    /// besides: HAProxy can tell and show one address only, and a near client's is true only when it is told.
    var preservedTransports: [ClientAddresses.Target.Transport] {
        guard preservesClientIP else { return [] }
        switch transport {
        case .http, .https: return []
        case .tcp, .tls: return sendsProxyProtocolV2 ? [] : [.tcp]
        case .udp: return [.udp]
        case .tcpAndUDP: return sendsProxyProtocolV2 ? [.udp] : [.tcp, .udp]
        }
    }
}

extension IPv4Range {
    /// By address, and a range before what is in it.
    fileprivate var order: UInt64 { UInt64(network.bits) << 8 | UInt64(prefixLength) }
}
