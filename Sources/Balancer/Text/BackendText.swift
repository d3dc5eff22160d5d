import NIOCore
import NodeLink

/// Target groups.
extension HAProxyMaker {
    static func backend(_ targetGroup: String) -> String { "tg-" + HAProxySyntax.name(targetGroup) }

    mutating func backend(_ group: BalancerConfiguration.TargetGroup) {
        let name = HAProxyMaker.backend(group.id)
        var section = Section("backend \(name)", backend: name)
        let users = users[group.id] ?? []
        if group.isHTTP {
            http(group, users, in: &section)
        } else {
            let idle = users.flatMap(\.listeners).map(\.tcpIdleTimeoutSeconds).max() ?? 350
            section.add("mode tcp")
            section.add("no option abortonclose")
            section.add("timeout server \(idle)s")
            if group.preservedTransports.contains(.tcp) { nearClients(in: &section) }
        }
        if group.stickiness == .sourceIP {
            section.add("balance source")
            section.add("hash-type consistent")
        } else {
            section.add("balance \(group.algorithm.haproxy)")
        }
        draft.configuration.sections.append(section)
        draft.configuration.servers[name] = (servers[group.id] ?? []).compactMap { view in
            guard let address = try? SocketAddress(ipAddress: view.target.address, port: view.target.port) else {
                report("The target \(view.target.id) of \(group.id) has no address.", nil)
                return nil
            }
            let isV6 = if case .v6 = address { true } else { false }
            let host = isV6 ? "[\(view.target.address)]" : view.target.address
            // The kernel lets a connection begin with any address, by IP_TRANSPARENT.
            let isShown = environment.clients.shows(view.target, .tcp, of: group)
            let source = isShown ? " source 0.0.0.0 usesrc clientip" : ""
            return HAProxyConfiguration.Server(
                name: HAProxySyntax.serverName(group: group.id, view.target),
                parameters: "\(host):\(view.target.port)\(group.serverOptions)\(source)", weight: view.weight,
                isReady: view.isReady)
        }
    }

    private static let nearMap = "maps/near"

    /// Connections of clients that a target would answer past the balancer, or could not answer at all, begin with the
    /// address that the kernel takes for the way to the target.
    private mutating func nearClients(in section: inout Section) {
        // Those of ::1 come by the loopback frontends.
        let ranges = environment.clients.near.map(\.description) + ["::1"]
        draft.configuration.maps[HAProxyMaker.nearMap] = ranges.map { "\($0) 1" }
        section.add(
            "tcp-request content set-src ipv4(0.0.0.0) if "
                + "{ src,map_ip(\(directory)/\(HAProxyMaker.nearMap)) -m found }")
    }

    private func http(
        _ group: BalancerConfiguration.TargetGroup, _ users: [LoadBalancer], in section: inout Section
    ) {
        let idle = users.map(\.idleTimeoutSeconds).max() ?? 60
        section.add("mode http")
        section.add("timeout server \(idle)s")
        section.add("timeout tunnel \(idle)s")
        protocols(group, in: &section)
        stickiness(group, in: &section)
        // Whoever sets cookies has to know whose an answer is.
        if group.stickiness != nil || stickyGroups.contains(group.id) {
            section.add("http-response set-var(txn.answered) bool(1)")
        }
        let hasFailed = "var(\(ErrorPages.failed))"
        section.add("http-after-response allow if !{ \(hasFailed) -m found }")
        section.add("http-after-response set-status 504 reason 'Gateway Time-out' if { \(hasFailed) -m bool }")
        section.add("http-after-response set-status 502 reason 'Bad Gateway' if !{ \(hasFailed) -m bool }")
    }

    /// What targets of this version cannot take. HTTP/2 comes by TLS only.
    /// Source: Application Load Balancers guide, troubleshooting: HTTP 464.
    private func protocols(_ group: BalancerConfiguration.TargetGroup, in section: inout Section) {
        let refuse = "http-request return \(ErrorPages.answer(464, in: directory)) if"
        switch group.protocolVersion {
        case .http1:
            let isSecure = (users[group.id] ?? []).flatMap(\.listeners).contains { $0.transport == .https }
            guard isSecure else { return }
            section.add("\(refuse) { req.ver -m str 2.0 } { req.hdr(content-type) -m beg application/grpc }")
        case .http2: section.add("\(refuse) { req.ver -m str 1.0 1.1 }")
        case .grpc: section.add("\(refuse) { req.ver -m str 1.0 1.1 } or !METH_POST")
        }
    }

    /// Source: Application Load Balancers guide, "Sticky sessions". A server that is not ready is not used, so its
    /// clients go to another one.
    private func stickiness(_ group: BalancerConfiguration.TargetGroup, in section: inout Section) {
        let isAnswered = "{ var(txn.answered) -m found }"
        func use(_ cookie: String) {
            section.add("use-server %[req.cook(\(cookie))] if { req.cook(\(cookie)) -m found }")
        }
        switch group.stickiness {
        case nil, .sourceIP: return
        case .loadBalancerCookie(let seconds):
            use("AWSALB")
            use("AWSALBCORS")
            for line in HAProxyMaker.cookies("AWSALB", "%[srv_name]", seconds, isAnswered) { section.add(line) }
        case .appCookie(let name, let seconds):
            guard HAProxySyntax.isHeaderName(name) else { return }
            use("AWSALBAPP-0")
            section.add(
                "http-after-response add-header Set-Cookie 'AWSALBAPP-0=%[srv_name]; "
                    + "Expires=%[date(\(seconds)),http_date]; Path=/' if \(isAnswered) "
                    + "{ \(HAProxySyntax.word("res.cook(\(name))")) -m found }")
        }
    }
}

extension BalancerConfiguration.LoadBalancer {
    /// The ids of the groups it forwards to.
    var targetGroups: Set<String> { Set(listeners.flatMap(\.targetGroups)) }
}

extension BalancerConfiguration.Listener {
    var targetGroups: [String] {
        rules.flatMap { rule -> [String] in
            guard case .forward(let groups, _) = rule.action else { return [] }
            return groups.map(\.targetGroup)
        }
    }
}

extension BalancerConfiguration.TargetGroup {
    var isHTTP: Bool { transport == .http || transport == .https }

    /// The end of a server's line.
    var serverOptions: String {
        var options = ""
        // Targets' certificates are not checked.
        // Source: Application Load Balancers guide, "Target groups", routing configuration.
        if transport == .https || transport == .tls { options += " ssl verify none" }
        if isHTTP, protocolVersion != .http1 { options += transport == .https ? " alpn h2 proto h2" : " proto h2" }
        if !isHTTP, sendsProxyProtocolV2 { options += " send-proxy-v2" }
        // HAProxy does so of its own accord with servers of the file, but not with those that are added while it
        // runs: every request to those would have a connection of its own.
        // Below so many idle ones a thread opens a connection of its own before it takes one from the other.
        if isHTTP { options += " pool-purge-delay 5s pool-max-conn -1 pool-low-conn 128" }
        return options
    }
}

extension BalancerConfiguration.TargetGroup.Algorithm {
    fileprivate var haproxy: String {
        switch self {
        case .roundRobin: "roundrobin"
        case .leastOutstandingRequests: "leastconn"
        case .weightedRandom: "random"
        }
    }
}
