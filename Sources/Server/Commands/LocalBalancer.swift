import Balancer

/// The load balancer node that is part of `roost up`.
enum LocalBalancer {
    private static let name = "local"

    /// Its settings, but for the region it belongs to.
    static func settings(_ directory: DataDirectory, _ zone: String) -> BalancerSettings {
        var settings = BalancerSettings(
            control: nil, name: name, zone: zone, stateDirectory: directory.path + "/balancers/" + name)
        settings.pool = Environment.roost("POOL") ?? pool(directory.path)
        if let bridge = Environment.roost("BRIDGE") { settings.bridge = bridge }
        return settings
    }

    /// Regions of one machine share a bridge, so each takes the block that its directory says.
    private static func pool(_ path: String) -> String {
        // FNV-1a.
        let hash = path.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return "10.255.\(hash % 255 + 1).0/24"
    }
}
