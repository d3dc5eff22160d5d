import AWSModels
import AWSWire

/// Rules that hang on the network mode.
/// Source: Amazon ECS Developer Guide, Task definition parameters, Network mode and Network settings.
enum NetworkRules {
    static let all: [DefinitionRule] = [
        hasLinksOnlyInBridge, hasNoHostnameInVPC, hasNoExtraHostsInVPC, hasNoNetworkControlsInHost, hasProxy,
    ]

    static let hasLinksOnlyInBridge: DefinitionRule = { (definition) throws(WireError) in
        guard let mode = definition.networkMode, mode != .bridge else { return }
        for container in definition.containers where !(container.links ?? []).isEmpty {
            throw .client("Links are not supported when networkMode=\(mode.rawValue).")
        }
    }

    static let hasNoHostnameInVPC: DefinitionRule = { (definition) throws(WireError) in
        guard definition.networkMode == .awsvpc else { return }
        for container in definition.containers where container.hostname != nil {
            throw .client("The hostname field is not supported when networkMode=awsvpc.")
        }
    }

    static let hasNoExtraHostsInVPC: DefinitionRule = { (definition) throws(WireError) in
        guard definition.networkMode == .awsvpc else { return }
        for container in definition.containers where !(container.extraHosts ?? []).isEmpty {
            throw .client("Extra hosts are not supported when networkMode=awsvpc.")
        }
    }

    /// Source: Amazon ECS API Reference, SystemControl.
    static let hasNoNetworkControlsInHost: DefinitionRule = { (definition) throws(WireError) in
        guard definition.networkMode == .host else { return }
        for control in definition.containers.flatMap({ $0.systemControls ?? [] })
        where (control.namespace ?? "").hasPrefix("net.") {
            throw .client("System controls of the network namespace are not supported when networkMode=host.")
        }
    }

    private static let proxyProperties = [
        "IgnoredUID", "IgnoredGID", "AppPorts", "ProxyIngressPort", "ProxyEgressPort", "EgressIgnoredPorts",
        "EgressIgnoredIPs",
    ]

    /// Source: Amazon ECS API Reference, ProxyConfiguration.
    static let hasProxy: DefinitionRule = { (definition) throws(WireError) in
        guard let proxy = definition.proxyConfiguration else { return }
        guard definition.networkMode == .awsvpc else {
            throw .client("proxyConfiguration is only supported when networkMode=awsvpc.")
        }
        guard definition.containers.contains(where: { $0.name == proxy.containerName }) else {
            throw .client("The proxy container '\(proxy.containerName)' does not exist in the task definition.")
        }
        let properties = proxy.properties ?? []
        if let unknown = properties.map({ $0.name ?? "" }).first(where: { !proxyProperties.contains($0) }) {
            throw .client("Unknown property '\(unknown)' of proxyConfiguration.")
        }
        let given = Set(properties.filter { !($0.value ?? "").isEmpty }.compactMap(\.name))
        guard given.contains("IgnoredUID") || given.contains("IgnoredGID") else {
            throw .client("proxyConfiguration requires the property IgnoredUID or IgnoredGID.")
        }
        for name in ["AppPorts", "ProxyIngressPort", "ProxyEgressPort"] where !given.contains(name) {
            throw .client("proxyConfiguration requires the property \(name).")
        }
    }
}
