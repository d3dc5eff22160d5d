import AWSModels
import AWSWire
import NodeLink
import State

extension BalancerConfiguration.Listener {
    /// Nil for a listener that a node could not serve as it is meant: rather nobody answers than without the protection
    /// that was asked for.
    init?(_ listener: ListenerRecord, in snapshot: Snapshot) {
        guard let transport = Transport(listener.protocol) else { return nil }
        self.init(id: listener.key.path, port: listener.port, transport: transport)
        let attributes = TypedAttributes(listener.attribute)
        if transport == .https || transport == .tls {
            guard let policy = BalancerConfiguration.TLSPolicy(named: listener.sslPolicy),
                takeClients(listener, snapshot)
            else { return nil }
            tls = policy
            certificates = listener.certificates
        }
        if transport == .tls { alpn = listener.alpnPolicy.flatMap(Self.protocols) }
        tcpIdleTimeoutSeconds = attributes.integer("tcp.idle_timeout.seconds") ?? 350
        sendsServerHeader = attributes.flag("routing.http.response.server.enabled") ?? true
        for (name, value) in listener.headers("routing.http.request.", ".header_name") {
            requestHeaderNames[name] = value
        }
        responseHeaders = listener.headers("routing.http.response.", ".header_value").map { name, value in
            BalancerConfiguration.Header(name: name, value: value)
        }
        rules = Self.rules(of: listener, in: snapshot)
    }

    /// Clients that are to be verified cannot be without the trust store.
    private mutating func takeClients(_ listener: ListenerRecord, _ snapshot: Snapshot) -> Bool {
        switch listener.mutualAuthentication?.mode {
        case nil, "off"?: return true
        case "passthrough"?:
            mutualAuthentication = .passthrough
            return true
        case "verify"?:
            guard let store = listener.trustStore(snapshot.realm).flatMap({ snapshot.get($0) }) else { return false }
            mutualAuthentication = .verify(
                authorities: store.bundlePEM, revocations: snapshot.revocations(of: store.key).map(\.pem).joined(),
                ignoresExpiry: listener.mutualAuthentication?.ignoreClientCertificateExpiry ?? false,
                advertisesNames: listener.mutualAuthentication?.advertiseTrustStoreCaNames == .on)
            return true
        default: return false
        }
    }

    /// Source: Network Load Balancers guide, ALPN policies.
    private static func protocols(_ policy: String) -> [String] {
        switch policy {
        case "HTTP1Only": ["http/1.1", "http/1.0"]
        case "HTTP2Only": ["h2"]
        case "HTTP2Optional": ["http/1.1", "http/1.0", "h2"]
        case "HTTP2Preferred": ["h2", "http/1.1", "http/1.0"]
        default: []
        }
    }

    private static func rules(of listener: ListenerRecord, in snapshot: Snapshot) -> [BalancerConfiguration.Rule] {
        let records = snapshot.list(ListenerRuleRecord.self, .ruleByPriority, prefix: "\(listener.key.path)/")
        var rules = records.map { BalancerConfiguration.Rule($0, snapshot.realm) }
        rules.append(
            BalancerConfiguration.Rule(
                id: "\(listener.key.path)/default", priority: nil,
                action: BalancerConfiguration.Action(listener.defaultActions, snapshot.realm)))
        return rules
    }
}

extension BalancerConfiguration.Listener.Transport {
    fileprivate init?(_ name: ELB.ProtocolEnum) {
        switch name {
        case .http: self = .http
        case .https: self = .https
        case .tcp: self = .tcp
        case .tls: self = .tls
        case .udp: self = .udp
        case .tcpUdp: self = .tcpAndUDP
        case .geneve, .quic, .tcpQuic: return nil
        }
    }
}

extension ListenerRecord {
    /// The attributes that are set and whose keys begin and end so, by the header that is between: `x_amzn_tls_version`
    /// is `X-Amzn-Tls-Version`.
    fileprivate func headers(_ start: String, _ end: String) -> [(name: String, value: String)] {
        attributeTable.all(attributes).filter { attribute in
            attribute.key.hasPrefix(start) && attribute.key.hasSuffix(end) && !attribute.value.isEmpty
        }.map { attribute in
            let words = attribute.key.dropFirst(start.count).dropLast(end.count).split(separator: "_")
            return (words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: "-"), attribute.value)
        }
    }
}
