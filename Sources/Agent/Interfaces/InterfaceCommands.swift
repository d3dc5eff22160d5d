import AWSWire

/// What `ip` is told, in its batch form, to make an interface. Pure. Every word of it is made of parsed values.
struct InterfaceCommands: Sendable {
    /// The task's next hop: the host's end of the pair has this address, and nothing else on any wire does.
    static let nextHop = "169.254.1.1"
    /// The host's end has a fixed MAC address, so that no daemon of the host gives it another.
    private static let hostMAC = "ee:ee:ee:ee:ee:ee"
    /// Source: Amazon EC2 User Guide, instance metadata.
    private static let instanceMetadata = "169.254.169.254"

    let interface: TaskInterface
    let mtu: Int

    /// In the task's network namespace: makes the pair, and all of the task's end.
    /// - Parameter host: the path of the host's network namespace.
    func inside(host: String) -> String {
        let (name, address) = (interface.hostName, interface.address)
        var lines = [
            "link set lo up",
            "link add eth0 address \(interface.macAddress) mtu \(mtu) type veth "
                + "peer name \(name) address \(InterfaceCommands.hostMAC) mtu \(mtu) netns \(host)",
            "addr add \(address)/32 dev eth0", "link set eth0 up",
            "route add \(InterfaceCommands.nextHop)/32 dev eth0 scope link",
            "route add default via \(InterfaceCommands.nextHop) dev eth0",
        ]
        if interface.blocksInstanceMetadata {
            lines.append("route add blackhole \(InterfaceCommands.instanceMetadata)/32")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// On the host, afterwards. The alias comes last: an interface that has it is whole.
    func outside(_ holder: InterfaceHolder) -> String {
        let name = interface.hostName
        return """
            addr add \(InterfaceCommands.nextHop)/32 dev \(name)
            link set \(name) up
            route add \(interface.address)/32 dev \(name)
            link set \(name) alias \(holder.alias)

            """
    }
}

/// The process whose network namespace an interface leads to: it is what tells an interface in use from one that was
/// left behind. The kernel keeps it with the interface, as its alias.
struct InterfaceHolder: Sendable, Equatable {
    var process: Int32
    /// The number of the namespace.
    var namespace: UInt64

    var alias: String { "roost:\(process):\(namespace)" }

    init(process: Int32, namespace: UInt64) {
        self.process = process
        self.namespace = namespace
    }

    /// - Returns: nil for an alias that is none of ours.
    init?(alias: String) {
        let parts = alias.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "roost", let process = Int32(parts[1]), process > 0,
            let namespace = UInt64(parts[2])
        else { return nil }
        self.init(process: process, namespace: namespace)
    }
}
