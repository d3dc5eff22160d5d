import Balancer

/// The load balancer node that is part of `roost up`.
enum LocalBalancer {
    private static let name = "local"

    /// Its settings, but for the region it belongs to.
    static func settings(_ directory: DataDirectory, _ zone: String, isSimulated: Bool) -> BalancerSettings {
        var settings = BalancerSettings(
            control: nil, name: name, zone: zone, stateDirectory: directory.path + "/balancers/" + name)
        settings.isSimulated = isSimulated
        if let pool = Environment.roost("POOL") {
            settings.pool = pool
        } else if !isSimulated {
            // Regions of one machine share a bridge, so each has a block of its own. Simulated ones have no addresses.
            settings.pool = PoolRegistry().claim(for: directory.path)
        }
        if let bridge = Environment.roost("BRIDGE") { settings.bridge = bridge }
        return settings
    }
}
