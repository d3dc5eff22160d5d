import AWSModels
import AWSWire

/// What Windows containers do not have. A definition is one for Windows when its runtime platform says so.
/// Source: Amazon ECS API Reference, ContainerDefinition and RegisterTaskDefinition, the members named here.
enum WindowsRules {
    static let all: [DefinitionRule] = [hasWindowsNetwork, hasX86, hasNoProxy, hasNoLinuxMembers, hasLocalDriver]

    private static let hasWindowsNetwork: DefinitionRule = { (definition) throws(WireError) in
        guard definition.isWindows, let mode = definition.networkMode else { return }
        guard mode == .awsvpc else { throw .windows("networkMode '\(mode.rawValue)'") }
    }

    private static let hasX86: DefinitionRule = { (definition) throws(WireError) in
        guard definition.isWindows, definition.runtimePlatform?.cpuArchitecture == .arm64 else { return }
        throw .windows("cpuArchitecture 'ARM64'")
    }

    private static let hasNoProxy: DefinitionRule = { (definition) throws(WireError) in
        guard definition.isWindows, definition.proxyConfiguration != nil else { return }
        throw .windows("proxyConfiguration")
    }

    private static let hasNoLinuxMembers: DefinitionRule = { (definition) throws(WireError) in
        guard definition.isWindows else { return }
        for container in definition.containers {
            let members: [(name: String, isUsed: Bool)] = [
                ("links", !(container.links ?? []).isEmpty),
                ("linuxParameters", container.linuxParameters != nil),
                ("user", container.user != nil),
                ("disableNetworking", container.disableNetworking == true),
                ("privileged", container.privileged == true),
                ("readonlyRootFilesystem", container.readonlyRootFilesystem == true),
                ("dnsServers", !(container.dnsServers ?? []).isEmpty),
                ("dnsSearchDomains", !(container.dnsSearchDomains ?? []).isEmpty),
                ("extraHosts", !(container.extraHosts ?? []).isEmpty),
                ("ulimits", !(container.ulimits ?? []).isEmpty),
                ("systemControls", !(container.systemControls ?? []).isEmpty),
            ]
            if let used = members.first(where: \.isUsed) { throw .windows(used.name) }
        }
    }

    /// Source: Amazon ECS API Reference, Volume (dockerVolumeConfiguration).
    private static let hasLocalDriver: DefinitionRule = { (definition) throws(WireError) in
        guard definition.isWindows else { return }
        for volume in definition.volumes ?? [] {
            guard let driver = volume.dockerVolumeConfiguration?.driver, driver != "local" else { continue }
            throw .windows("the volume driver '\(driver)'")
        }
    }
}

extension WireError {
    fileprivate static func windows(_ feature: String) -> WireError {
        .client("Windows containers do not support \(feature).")
    }
}
