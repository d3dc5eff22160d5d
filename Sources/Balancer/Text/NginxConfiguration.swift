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
        // Without a target nobody listens, and clients are told so by ICMP. What has none gets no share.
        let shares = groups.filter { $0.weight > 0 }.compactMap { group -> Share? in
            let targets = (servers[group.targetGroup] ?? []).filter(\.isReady).compactMap { address($0.target) }
            let record = balancer.targetGroups.first { $0.id == group.targetGroup }
            guard !targets.isEmpty else { return nil }
            return Share(
                name: "\(HAProxySyntax.name(listener.id))-\(HAProxySyntax.name(group.targetGroup))",
                weight: group.weight, targets: targets, isSticky: record?.stickiness == .sourceIP)
        }
        guard let first = shares.first else { return [] }
        let variable = "$to_" + HAProxySyntax.digest(listener.id, length: 16)
        let upstreams = shares.flatMap { share in
            ["    upstream \(share.name) {", "        hash \(key(share.isSticky)) consistent;"]
                + share.targets.map { "        server \($0);" } + ["    }"]
        }
        let choice = shares.count == 1 ? [] : split(shares, variable)
        return upstreams + choice + [
            "    server {", "        listen \(bind.text) udp;",
            "        proxy_pass \(shares.count == 1 ? first.name : variable);",
            "        proxy_timeout \(idleSeconds)s;", "    }",
        ]
    }

    /// A group with its part of a listener's flows.
    private struct Share {
        var name: String
        var weight: Int
        var targets: [String]
        var isSticky: Bool
    }

    private static func key(_ isSticky: Bool) -> String { isSticky ? "$remote_addr" : "$remote_addr:$remote_port" }

    /// Flows by weight, in hundredths of a percent; a flow, or a client that is to stay, always gets the same group.
    private static func split(_ shares: [Share], _ variable: String) -> [String] {
        let total = shares.reduce(0) { $0 + $1.weight }
        var lines = ["    split_clients \"\(key(shares.contains(where: \.isSticky)))\" \(variable) {"]
        for share in shares.dropLast() {
            let hundredths = share.weight * 10_000 / total
            // nginx takes no share of nothing.
            guard hundredths > 0 else { continue }
            let rest = String(hundredths % 100)
            let percent = "\(hundredths / 100).\(rest.count < 2 ? "0" : "")\(rest)%"
            lines.append("        \(percent) \(share.name);")
        }
        return lines + ["        * \(shares[shares.count - 1].name);", "    }"]
    }

    private static func address(_ target: BalancerTargets.Target) -> String? {
        guard let address = try? SocketAddress(ipAddress: target.address, port: target.port) else { return nil }
        if case .v6 = address { return "[\(target.address)]:\(target.port)" }
        return "\(target.address):\(target.port)"
    }
}
