import NodeLink

/// Listeners of Network Load Balancers, and what every balancer has besides its listeners.
extension HAProxyMaker {
    mutating func networkListener(_ listener: Listener, of loadBalancer: LoadBalancer) {
        if let words = environment.rejected[.listener(listener.id)] {
            return reportRejection(words, listener, loadBalancer)
        }
        var options = ""
        if listener.transport == .tls {
            guard let tls = tlsOptions(listener, loadBalancer.id, alpn: listener.alpn) else { return }
            options = tls
        }
        let name = HAProxySyntax.name(listener.id)
        var section = Section("frontend \(name)")
        section.add("mode tcp")
        binds(listener, loadBalancer, options: options, in: &section)
        section.add("timeout client \(listener.tcpIdleTimeoutSeconds)s")
        section.add(LogFormat.target(isLong: false))
        section.add("log-format \(LogFormat.tcp)")
        let map = "maps/\(name).forward"
        var ranges: [String] = []
        if case .forward(let groups, _) = listener.rules.last?.action { ranges = HAProxyMaker.ranges(groups, base: 0) }
        draft.configuration.maps[map] = ranges
        section.add(
            "tcp-request content set-var(txn.tg) rand(\(HAProxyMaker.shares)),map_int(\(directory)/\(map))")
        section.add("use_backend %[var(txn.tg)] if { var(txn.tg) -m found }")
        draft.configuration.sections.append(section)
        served.insert(listener.id)
    }

    // MARK: Loopback addresses

    /// Every HTTP and TLS port is served on loopback addresses too, where load balancers are told apart by name.
    mutating func loopback() {
        var ports: [Int: [(listener: Listener, loadBalancer: LoadBalancer)]] = [:]
        for loadBalancer in balancer.loadBalancers {
            for listener in loadBalancer.listeners where served.contains(listener.id) {
                ports[listener.port, default: []].append((listener, loadBalancer))
            }
        }
        for port in ports.keys.sorted() { loopback(port, ports[port] ?? []) }
    }

    private mutating func loopback(_ port: Int, _ users: [(listener: Listener, loadBalancer: LoadBalancer)]) {
        let addresses = ["127.0.0.1", "::1"].map { HAProxyEnvironment.Bind(address: $0, port: port) }
        let free = addresses.filter { environment.refused[$0] == nil }
        if let reason = environment.refused[addresses[0]] {
            for user in users {
                report("Cannot listen on \(addresses[0].text): \(reason)", user.loadBalancer.id, user.listener.id)
            }
        }
        guard !free.isEmpty else { return }
        draft.binds += free
        var section = Section("frontend loopback-\(port)")
        for bind in free { section.add("bind \(bind.text)") }
        // What matters are the times of the listener behind.
        section.add("timeout client 2h")
        // A port is of one kind: HTTP before TLS before TCP.
        let kind =
            ["http", "tls", "tcp"].first { kind in users.contains { $0.listener.loopbackKind == kind } } ?? "tcp"
        let served = users.filter { $0.listener.loopbackKind == kind }
        for user in users where user.listener.loopbackKind != kind {
            report(
                "Port \(port) of 127.0.0.1 is of another kind of listener; use \(user.loadBalancer.address).",
                user.loadBalancer.id, user.listener.id)
        }
        dispatch(kind, port, served, in: &section)
        draft.configuration.sections.append(section)
        for user in served { bridge(user.listener, kind) }
    }

    private mutating func dispatch(
        _ kind: String, _ port: Int, _ users: [(listener: Listener, loadBalancer: LoadBalancer)],
        in section: inout Section
    ) {
        let map = "maps/loopback-\(port).names"
        let names = users.map { "\($0.loadBalancer.dnsName.lowercased()) \(HAProxyMaker.bridge($0.listener))" }
        switch kind {
        case "http":
            section.add(
                "http-request set-var(txn.to) req.hdr(host),host_only,lower,map_str(\(directory)/\(map))")
            if users.count > 1 {
                section.add(
                    "http-request return \(ErrorPages.answer(503, in: directory)) if !{ var(txn.to) -m found }")
            }
        case "tls":
            section.add("mode tcp")
            section.add("tcp-request inspect-delay 5s")
            section.add(
                "tcp-request content set-var(txn.to) req.ssl_sni,lower,map_str(\(directory)/\(map)) "
                    + "if { req.ssl_hello_type 1 }")
            section.add("tcp-request content accept if { req.ssl_hello_type 1 }")
        default:
            section.add("mode tcp")
            if let only = users.first, users.count == 1 {
                section.add("default_backend \(HAProxyMaker.bridge(only.listener))")
            } else {
                for user in users {
                    report(
                        "Port \(port) of 127.0.0.1 is of several load balancers; use \(user.loadBalancer.address).",
                        user.loadBalancer.id, user.listener.id)
                }
            }
            return
        }
        // Names hold no spaces: what does is no name, and its line no key.
        draft.configuration.maps[map] = names.filter { $0.split(separator: " ").count == 2 && !$0.contains("\n") }
        section.add("use_backend %[var(txn.to)] if { var(txn.to) -m found }")
        if let only = users.first, users.count == 1 {
            section.add("default_backend \(HAProxyMaker.bridge(only.listener))")
        }
    }

    private static func bridge(_ listener: Listener) -> String { "to-" + HAProxySyntax.name(listener.id) }

    private mutating func bridge(_ listener: Listener, _ kind: String) {
        var section = Section("backend \(HAProxyMaker.bridge(listener))")
        section.add(kind == "http" ? "mode http" : "mode tcp")
        section.add("timeout server 2h")
        section.add("timeout tunnel 2h")
        section.add("server listener unix@\(socket(of: listener)) send-proxy-v2")
        draft.configuration.sections.append(section)
    }

    // MARK: Probes

    /// Where the node's checks become TLS or HTTP/2: it says in headers whom to ask, and how.
    mutating func probes() {
        var section = Section("frontend probes")
        section.add("bind unix@\(directory)/probes.sock mode 600")
        section.add("timeout client 150s")
        section.add("http-request set-dst req.hdr(x-roost-address)")
        section.add("http-request set-dst-port req.hdr(x-roost-port)")
        section.add("http-request set-var(txn.how) req.hdr(x-roost-probe)")
        for header in ["X-Roost-Address", "X-Roost-Port", "X-Roost-Probe"] {
            section.add("http-request del-header \(header)")
        }
        for probe in HAProxyMaker.probes { section.add("use_backend \(probe.0) if { var(txn.how) -m str \(probe.0) }") }
        draft.configuration.sections.append(section)
        for probe in HAProxyMaker.probes {
            var section = Section("backend \(probe.0)")
            section.add("timeout server 150s")
            section.add("retries 0")
            section.add("http-reuse never")
            section.add("server target 0.0.0.0:0 \(probe.1)")
            draft.configuration.sections.append(section)
        }
    }

    static let probes = [
        ("probe-tls", "ssl verify none"), ("probe-h2", "proto h2"),
        ("probe-tls-h2", "ssl verify none alpn h2 proto h2"),
    ]
}

extension BalancerConfiguration.Listener {
    fileprivate var loopbackKind: String {
        switch transport {
        case .http: "http"
        case .https, .tls: "tls"
        case .tcp, .udp, .tcpAndUDP: "tcp"
        }
    }
}
