import NIOCore
import NodeLink

/// The configuration of nginx, which carries UDP: HAProxy does not.
///
/// A flow stays with its target as long as it lives: clients are spread by a consistent hash of address and port.
/// Source: Network Load Balancers guide, "Listeners": UDP flows end after 120 idle seconds.
struct NginxConfiguration: Sendable, Equatable {
    var text: String
    var binds: [HAProxyEnvironment.Bind]
    var problems: [BalancerApplied.Problem]

    private static let idleSeconds = 120

    /// - Returns: nil when no listener carries UDP.
    static func make(
        _ balancer: BalancerConfiguration, servers: [String: [ServerView]], in environment: HAProxyEnvironment,
        module: String?
    ) -> NginxConfiguration? {
        var listeners: [(listener: BalancerConfiguration.Listener, loadBalancer: BalancerConfiguration.LoadBalancer)] =
            []
        for loadBalancer in balancer.loadBalancers {
            for listener in loadBalancer.listeners where [.udp, .tcpAndUDP].contains(listener.transport) {
                listeners.append((listener, loadBalancer))
            }
        }
        guard !listeners.isEmpty else { return nil }
        var made = NginxConfiguration(text: "", binds: [], problems: [])
        var lines = module.map { ["load_module \($0);"] } ?? []
        lines += [
            "pid \(environment.directory)/nginx.pid;", "error_log \(environment.directory)/nginx.log warn;",
            "worker_processes 1;", "worker_shutdown_timeout 10s;", "events { worker_connections 4096; }", "stream {",
        ]
        for (listener, loadBalancer) in listeners {
            let bind = HAProxyEnvironment.Bind(address: loadBalancer.address, port: listener.port)
            if let reason = environment.refused[bind] {
                made.problems.append(
                    .init(
                        loadBalancer: loadBalancer.id, listener: listener.id,
                        text: "Cannot listen on \(bind.text) (UDP): \(reason)"))
                continue
            }
            made.binds.append(bind)
            lines += block(listener, bind, balancer, servers)
        }
        made.text = (lines + ["}", ""]).joined(separator: "\n")
        return made
    }

    private static func block(
        _ listener: BalancerConfiguration.Listener, _ bind: HAProxyEnvironment.Bind,
        _ balancer: BalancerConfiguration, _ servers: [String: [ServerView]]
    ) -> [String] {
        guard case .forward(let groups, _) = listener.rules.last?.action else { return [] }
        // A share of flows each is of no use to flows: the heaviest group has them all.
        guard let group = groups.max(by: { $0.weight < $1.weight }), group.weight > 0 else { return [] }
        let targets = (servers[group.targetGroup] ?? []).filter(\.isReady).compactMap { address($0.target) }
        // Without a target nobody listens, and clients are told so by ICMP.
        guard !targets.isEmpty else { return [] }
        let name = HAProxySyntax.name(listener.id)
        let isSticky = balancer.targetGroups.first { $0.id == group.targetGroup }?.stickiness == .sourceIP
        let key = isSticky ? "$remote_addr" : "$remote_addr:$remote_port"
        return [
            "    upstream \(name) {", "        hash \(key) consistent;",
        ] + targets.map { "        server \($0);" } + [
            "    }", "    server {", "        listen \(bind.text) udp;", "        proxy_pass \(name);",
            "        proxy_timeout \(idleSeconds)s;", "    }",
        ]
    }

    private static func address(_ target: BalancerTargets.Target) -> String? {
        guard let address = try? SocketAddress(ipAddress: target.address, port: target.port) else { return nil }
        if case .v6 = address { return "[\(target.address)]:\(target.port)" }
        return "\(target.address):\(target.port)"
    }
}
