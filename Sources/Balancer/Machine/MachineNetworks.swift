import AWSWire

/// The IPv4 addresses and networks of this machine, as far as they say whose packets pass it. Pure: `ip` says what
/// there is, this understands it.
struct MachineNetworks: Sendable, Equatable {
    /// How the machine reaches an address.
    enum Way: Sendable, Equatable {
        /// Over a bridge all of whose ports lead to something on this machine.
        case bridge
        /// Over a pair of virtual interfaces, or a virtual machine's, that has no bridge.
        case cable
        /// To other machines, or nobody knows where.
        case away
    }

    struct Route: Sendable, Equatable {
        var range: IPv4Range
        var way: Way
    }

    /// Without those of 127.0.0.0/8.
    var own: [IPv4Address]
    /// Those of the main table, without a default.
    var routes: [Route]

    static let loopback = IPv4Range(IPv4Address(bits: 127 << 24), prefixLength: 8)
    /// What links to containers and virtual machines are. Source: ip-link(8), TYPES.
    private static let inside: Set<String> = ["veth", "tun"]

    /// - Parameters:
    ///   - links: what `ip -j -d addr show` says.
    ///   - table: what `ip -j -4 route show` says.
    init(links: JSONValue, table: JSONValue) {
        let links = links.arrayValue ?? []
        own = links.flatMap { $0["addr_info"]?.arrayValue ?? [] }
            .compactMap { $0["local"]?.stringValue.flatMap { IPv4Address($0) } }
            .filter { !MachineNetworks.loopback.contains($0) }
        let ways = MachineNetworks.ways(links)
        routes = (table.arrayValue ?? []).compactMap { row in
            guard let text = row["dst"]?.stringValue, let range = IPv4Range(text.contains("/") ? text : text + "/32")
            else { return nil }
            let isNext = row["scope"]?.stringValue == "link" && row["gateway"] == nil
            return Route(range: range, way: isNext ? row["dev"]?.stringValue.flatMap { ways[$0] } ?? .away : .away)
        }
    }

    /// What is behind the interfaces, by name.
    private static func ways(_ links: [JSONValue]) -> [String: Way] {
        var kinds: [String: String] = [:]
        var leadsAway: Set<String> = []
        for link in links {
            guard let name = link["ifname"]?.stringValue else { continue }
            let kind = link["linkinfo"]?["info_kind"]?.stringValue ?? ""
            kinds[name] = kind
            if let bridge = link["master"]?.stringValue, !inside.contains(kind) { leadsAway.insert(bridge) }
        }
        return kinds.compactMapValues { $0 == "bridge" ? .bridge : inside.contains($0) ? .cable : nil }
            .filter { !leadsAway.contains($0.key) }
    }

    /// Whether packets to and from this address pass this machine and no other: its own, or one right behind it.
    func isHere(_ address: IPv4Address) -> Bool {
        guard !MachineNetworks.loopback.contains(address) else { return false }
        if own.contains(address) { return true }
        let known = routes.filter { $0.range.contains(address) }
        return known.max { $0.range.prefixLength < $1.range.prefixLength }.map { $0.way != .away } ?? false
    }
}
