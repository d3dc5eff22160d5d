import Balancer

/// The load balancer node that is part of `roost up`.
enum LocalBalancer {
    private static let name = "local"

    /// Its settings, but for the region it belongs to.
    /// - Throws: `UserError`.
    static func settings(_ directory: DataDirectory, _ zone: String, isSimulated: Bool) throws -> BalancerSettings {
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
        settings.headerKiB = try headerKiB(nil)
        return settings
    }

    /// - Parameter given: what the command line says, which goes before ROOST_HEADER_KIB.
    /// - Throws: `UserError`.
    static func headerKiB(_ given: Int?) throws -> Int {
        let text = given.map { String($0) } ?? Environment.roost("HEADER_KIB")
        guard let text else { return HAProxyEnvironment.usualHeaderKiB }
        let sizes = BalancerSettings.headerSizes
        guard let size = Int(text), sizes.contains(size) else {
            throw UserError(
                "--header-kib (ROOST_HEADER_KIB) takes \(sizes.lowerBound) to \(sizes.upperBound), not '\(text)'.")
        }
        return size
    }
}
