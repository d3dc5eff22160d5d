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
        var blocks: [String] = []
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
            blocks += block(listener, bind, balancer, servers, environment.clients)
        }
        if blocks.contains(where: { $0.contains(source) }) { lines += clients(environment.clients) }
        made.text = (lines + blocks + ["}", ""]).joined(separator: "\n")
        return made
    }

    private static func block(
        _ listener: BalancerConfiguration.Listener, _ bind: HAProxyEnvironment.Bind,
        _ balancer: BalancerConfiguration, _ servers: [String: [ServerView]], _ clients: ClientAddresses
    ) -> [String] {
        guard case .forward(let groups, _) = listener.rules.last?.action else { return [] }
        // Without a target nobody listens, and clients are told so by ICMP. What has none gets no share.
        let shares = groups.filter { $0.weight > 0 }.compactMap { group -> Share? in
            let ready = (servers[group.targetGroup] ?? []).filter(\.isReady).map(\.target)
            let targets = ready.compactMap(address)
            let record = balancer.targetGroups.first { $0.id == group.targetGroup }
            guard !targets.isEmpty else { return nil }
            let isShown = record.map { record in ready.allSatisfy { clients.shows($0, .udp, of: record) } }
            return Share(
                name: "\(HAProxySyntax.name(listener.id))-\(HAProxySyntax.name(group.targetGroup))",
                weight: group.weight, targets: targets, isSticky: record?.stickiness == .sourceIP,
                showsClients: isShown ?? false)
        }
        guard let first = shares.first else { return [] }
        let digest = HAProxySyntax.digest(listener.id, length: 16)
        let variable = "$to_" + digest
        let upstreams = shares.flatMap { share in
            ["    upstream \(share.name) {", "        hash \(key(share.isSticky)) consistent;"]
                + share.targets.map { "        server \($0);" } + ["    }"]
        }
        let choice = shares.count == 1 ? [] : split(shares, variable)
        let sources = sources(shares, variable, "$from_" + digest)
        return upstreams + choice + sources.maps + [
            "    server {", "        listen \(bind.text) udp;",
            "        proxy_pass \(shares.count == 1 ? first.name : variable);",
            "        proxy_timeout \(idleSeconds)s;",
        ] + sources.binding + ["    }"]
    }

    /// A group with its part of a listener's flows.
    private struct Share {
        var name: String
        var weight: Int
        var targets: [String]
        var isSticky: Bool
        /// Whether its targets see clients' addresses. A listener's flows begin in one way for all targets of a group,
        /// so all have to.
        var showsClients: Bool
    }

    // MARK: Clients' addresses

    /// The variable of the address that a client's flow begins with; empty for what the kernel takes.
    private static let source = "$roost_source"

    private static func clients(_ clients: ClientAddresses) -> [String] {
        // A group's name has a listener's in front: up to 120 bytes.
        ["    map_hash_bucket_size 256;", "    geo $roost_near {", "        default 0;"]
            + clients.near.map { "        \($0) 1;" }
            + ["    }", "    map $roost_near \(source) {", "        0 $remote_addr;", "        default \"\";", "    }"]
    }

    /// - Returns: what stands before the server and what stands in it.
    private static func sources(
        _ shares: [Share], _ group: String, _ variable: String
    ) -> (maps: [String], binding: [String]) {
        let shown = shares.filter(\.showsClients)
        if shown.isEmpty { return ([], []) }
        if shares.count == 1 { return ([], ["        proxy_bind \(source) transparent;"]) }
        let map = ["    map \(group) \(variable) {"] + shown.map { "        \($0.name) \(source);" }
        return (map + ["        default \"\";", "    }"], ["        proxy_bind \(variable) transparent;"])
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
