import NodeLink

/// A configuration for HAProxy, and what of it cannot be.
struct HAProxyDraft: Sendable, Equatable {
    var configuration = HAProxyConfiguration()
    var problems: [BalancerApplied.Problem] = []
    /// What HAProxy will listen on.
    var binds: [HAProxyEnvironment.Bind] = []
}

/// A target with what the node has found out about it.
struct ServerView: Sendable, Equatable {
    var target: BalancerTargets.Target
    var isReady: Bool
    /// 1 to 100.
    var weight: Int
}

/// Makes the configuration of HAProxy. Pure: the same input always makes the same text.
struct HAProxyMaker {
    let balancer: BalancerConfiguration
    /// By target group.
    let servers: [String: [ServerView]]
    let environment: HAProxyEnvironment
    var draft = HAProxyDraft()
    private let groups: [String: BalancerConfiguration.TargetGroup]
    private let certificates: Set<String>
    /// The load balancers that forward to a group.
    let users: [String: [BalancerConfiguration.LoadBalancer]]
    /// Groups whose clients are bound to them.
    let stickyGroups: Set<String>
    /// Listeners that have a frontend.
    var served: Set<String> = []

    private init(
        _ balancer: BalancerConfiguration, _ servers: [String: [ServerView]], _ environment: HAProxyEnvironment
    ) {
        self.balancer = balancer
        self.servers = servers
        self.environment = environment
        groups = Dictionary(balancer.targetGroups.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        certificates = Set(balancer.certificates.map(\.id))
        var users: [String: [BalancerConfiguration.LoadBalancer]] = [:]
        for loadBalancer in balancer.loadBalancers {
            for group in loadBalancer.targetGroups { users[group, default: []].append(loadBalancer) }
        }
        self.users = users
        stickyGroups = Set(
            balancer.loadBalancers.flatMap(\.listeners).flatMap(\.rules).flatMap { rule -> [String] in
                guard case .forward(let groups, .some) = rule.action else { return [] }
                return groups.map(\.targetGroup)
            })
    }

    /// How long a target may take to accept a connection, each of two times.
    /// Source: Application Load Balancers guide, troubleshooting: 504 when no connection within 10 seconds.
    static let connectSeconds = 5

    static func make(
        _ balancer: BalancerConfiguration, servers: [String: [ServerView]], in environment: HAProxyEnvironment
    ) -> HAProxyDraft {
        var maker = HAProxyMaker(balancer, servers, environment)
        maker.makeAll()
        return maker.draft
    }

    var directory: String { environment.directory }

    func group(_ id: String) -> BalancerConfiguration.TargetGroup? { groups[id] }

    private mutating func makeAll() {
        draft.configuration.files = ErrorPages.files
        draft.configuration.files[ErrorPages.unreachableFile] = ErrorPages.unreachablePage(
            slowAfterSeconds: HAProxyMaker.connectSeconds)
        let hasAccessLogs = balancer.loadBalancers.contains { $0.accessLog != nil }
        global()
        if hasAccessLogs { ring() }
        defaults()
        for certificate in balancer.certificates {
            draft.configuration.certificates[HAProxyMaker.file(certificate: certificate.id)] = certificate.pem
        }
        for loadBalancer in balancer.loadBalancers {
            for listener in loadBalancer.listeners where listener.transport != .udp {
                if loadBalancer.kind == .application {
                    applicationListener(listener, of: loadBalancer)
                } else {
                    networkListener(listener, of: loadBalancer)
                }
            }
        }
        for group in balancer.targetGroups where group.transport != .udp { backend(group) }
        loopback()
        probes()
        if hasAccessLogs { logBridge() }
    }

    static func file(certificate id: String) -> String { "certificates/\(HAProxySyntax.name(id)).pem" }

    private mutating func global() {
        var section = HAProxyConfiguration.Section("global")
        section.add("stats socket \(directory)/stats.sock mode 600 level admin expose-fd listeners")
        section.add("hard-stop-after 1h")
        // What is said of the headers (eight bytes for each), and what is added to them, has its place there too.
        section.add("tune.bufsize \((environment.headerKiB + 8) << 10)")
        section.add("tune.http.maxhdr 512")
        // A thread that takes up more at once needs more buffers than it keeps, and lets targets and clients wait.
        section.add("tune.maxpollevents 32")
        draft.configuration.sections.append(section)
    }

    /// A line for each request that an access log is to have, kept until the node has it: it loses none while it is
    /// away, and none when many come at once, as datagrams would.
    private mutating func ring() {
        var section = HAProxyConfiguration.Section("ring requests")
        section.add("format raw")
        section.add("maxlen 16384")
        section.add("size 8388608")
        section.add("timeout connect 1s")
        section.add("timeout server 1h")
        section.add("server node unix@\(directory)/ring.sock")
        draft.configuration.sections.append(section)
    }

    /// A ring whose server is away dials without a pause and costs half a core. So its server is a frontend, which is
    /// always there and waits a second before it dials the node. (Measured with HAProxy 2.6.12.)
    private mutating func logBridge() {
        var front = HAProxyConfiguration.Section("frontend log")
        front.add("mode tcp")
        front.add("bind unix@\(directory)/ring.sock mode 600")
        // An old worker ends once there is nothing more to say.
        front.add("timeout client 5s")
        front.add("tcp-request inspect-delay 1s")
        front.add("tcp-request content accept if WAIT_END")
        front.add("default_backend log")
        var back = HAProxyConfiguration.Section("backend log")
        back.add("mode tcp")
        back.add("timeout server 5s")
        back.add("retries 0")
        back.add("server node unix@\(directory)/log.sock")
        draft.configuration.sections += [front, back]
    }

    private mutating func defaults() {
        var section = HAProxyConfiguration.Section("defaults")
        section.add("mode http")
        section.add("timeout connect \(HAProxyMaker.connectSeconds)s")
        section.add("timeout client 60s")
        section.add("timeout server 60s")
        section.add("retries 1")
        section.add("option redispatch 1")
        section.add("option dontlognull")
        // A request that is on its way over a kept connection when a reload comes is answered still.
        section.add("option idle-close-on-response")
        // What a client has given up is given up: 460 in its log. (A listener heeds only what its defaults say.)
        section.add("option abortonclose")
        section.add("http-reuse aggressive")
        for code in ErrorPages.own { section.add("http-error \(ErrorPages.answer(code, in: directory))") }
        section.add("http-error \(ErrorPages.unreachable(in: directory))")
        draft.configuration.sections.append(section)
    }

    mutating func report(_ text: String, _ loadBalancer: String?, _ listener: String? = nil) {
        draft.problems.append(.init(loadBalancer: loadBalancer, listener: listener, text: text))
    }

    mutating func reportRejection(_ words: String, _ listener: Listener, _ loadBalancer: LoadBalancer) {
        report("HAProxy does not take the listener on port \(listener.port): \(words)", loadBalancer.id, listener.id)
    }

    // MARK: Listening

    /// The `bind` lines of a listener: its address, and a socket for what comes by loopback addresses.
    mutating func binds(
        _ listener: BalancerConfiguration.Listener, _ loadBalancer: BalancerConfiguration.LoadBalancer,
        options: String, in section: inout HAProxyConfiguration.Section
    ) {
        let owner = HAProxyConfiguration.Owner.listener(listener.id)
        let bind = HAProxyEnvironment.Bind(address: loadBalancer.address, port: listener.port)
        if let reason = environment.refused[bind] {
            report("Cannot listen on \(bind.text): \(reason)", loadBalancer.id, listener.id)
        } else {
            section.add("bind \(HAProxySyntax.word(bind.text))\(options)", owner)
            draft.binds.append(bind)
        }
        section.add("bind unix@\(socket(of: listener)) mode 600 accept-proxy\(options)", owner)
        if let most = mostConnections { section.add("tcp-request connection reject if { fe_conn gt \(most) }") }
    }

    /// From here on a listener's new connections are refused, and counted. HAProxy itself has one for each two files
    /// that it may open, for all listeners together, and lets clients wait for ever beyond: a tenth is left to others.
    private var mostConnections: Int? {
        guard let files = environment.openFiles else { return nil }
        let most = files / 20 * 9 - 2 * balancer.loadBalancers.flatMap(\.listeners).count
        return most >= HAProxyMaker.fewestConnections ? most : nil
    }

    /// With less nobody is served: HAProxy's own limit has to do.
    private static let fewestConnections = 100

    /// Where requests to loopback addresses reach a listener.
    func socket(of listener: BalancerConfiguration.Listener) -> String {
        "\(directory)/l\(HAProxySyntax.digest(listener.id, length: 16)).sock"
    }

    /// The end of a `bind` line of a listener with certificates.
    /// - Returns: nil when the listener cannot be, which is reported.
    mutating func tlsOptions(
        _ listener: BalancerConfiguration.Listener, _ loadBalancer: String, alpn: [String]
    ) -> String? {
        let known = listener.certificates.filter { certificates.contains($0) }
        guard !known.isEmpty else {
            report("The listener on port \(listener.port) has no certificate.", loadBalancer, listener.id)
            return nil
        }
        let list = "certificates/\(HAProxySyntax.name(listener.id)).list"
        draft.configuration.certificateLists[list] = known.map(HAProxyMaker.file)
        var options = " ssl crt-list \(directory)/\(list)"
        if !alpn.isEmpty { options += " alpn " + HAProxySyntax.word(alpn.joined(separator: ",")) }
        if let policy = listener.tls {
            options += " ssl-min-ver \(policy.minimum.rawValue) ssl-max-ver \(policy.maximum.rawValue)"
            var ciphers = policy.ciphers
            // OpenSSL 3 has the old versions at its lowest level only.
            if policy.minimum < .tls12 { ciphers = (ciphers.isEmpty ? ["DEFAULT"] : ciphers) + ["@SECLEVEL=0"] }
            if !ciphers.isEmpty { options += " ciphers " + HAProxySyntax.word(ciphers.joined(separator: ":")) }
        }
        return options + clientCertificates(listener)
    }

    /// X509_V_ERR_CERT_HAS_EXPIRED.
    private static let certificateHasExpired = "10"
    /// X509_V_ERR_UNABLE_TO_GET_CRL.
    private static let noRevocationList = "3"

    private mutating func clientCertificates(_ listener: BalancerConfiguration.Listener) -> String {
        switch listener.mutualAuthentication {
        case nil: return ""
        case .verify(let authorities, let revocations, let ignoresExpiry, let advertisesNames):
            let file = "certificates/\(HAProxySyntax.name(listener.id))"
            draft.configuration.files["\(file).authorities"] = authorities
            var options = " ca-file \(directory)/\(file).authorities verify required"
            if !advertisesNames { options += " no-ca-names" }
            var ignored = ignoresExpiry ? [HAProxyMaker.certificateHasExpired] : []
            if !revocations.isEmpty {
                draft.configuration.files["\(file).revocations"] = revocations
                // With lists OpenSSL wants one of every authority; those that have none have taken nothing back.
                options += " crl-file \(directory)/\(file).revocations ca-ignore-err \(HAProxyMaker.noRevocationList)"
                ignored.append(HAProxyMaker.noRevocationList)
            }
            return options + (ignored.isEmpty ? "" : " crt-ignore-err \(ignored.joined(separator: ","))")
        case .passthrough:
            // Some authority has to stand there; nothing is checked against it.
            return " ca-file @system-ca verify optional crt-ignore-err all ca-ignore-err all"
        }
    }
}

extension BalancerConfiguration.TLSPolicy.Version: Comparable {
    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}
