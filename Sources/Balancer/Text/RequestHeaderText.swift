import NodeLink

/// What targets are told about the client.
/// Source: Application Load Balancers guide, "HTTP headers and Application Load Balancers", "Request tracing".
///
/// Most requests come from clients themselves and have none of these headers: they get them, one rule finds that
/// nothing else is to be done, and what is seldom comes after it. Each condition that is spared is one per cent of
/// HAProxy's own work.
extension HAProxyMaker {
    /// Addresses that `X-Forwarded-For` may have.
    static let hops = 30

    /// Whether requests are refused behind the rule that lets most of them through: nothing else answers them before.
    func refusesLast(_ listener: Listener) -> Bool { onlyGroup(of: listener) != nil }

    /// No name, or a method that no target is to see.
    var refusedRequests: [String] {
        let answer = { (code: Int) in "http-request return \(ErrorPages.answer(code, in: directory))" }
        return [
            "\(answer(400)) if !{ req.fhdr(host,1) -m found } { req.ver -m str 1.1 }",
            "\(answer(405)) if \(HAProxyMaker.isRefusedMethod)",
        ]
    }

    private static let isRefusedMethod = "{ method TRACE CONNECT }"

    /// Too many addresses.
    func refusedHops(atMost limit: Int) -> String {
        "http-request return \(ErrorPages.answer(463, in: directory)) if { req.hdr_cnt(x-forwarded-for) gt \(limit) }"
    }

    /// What every request of a connection has in common is made once.
    func connectionHeaders(_ loadBalancer: LoadBalancer, in section: inout Section) {
        if loadBalancer.forwardedForMode == .append {
            let client = loadBalancer.forwardsClientPort ? "%[src]:%[src_port]" : "%[src]"
            section.add("tcp-request session set-var-fmt(sess.client) '\(client)'")
        }
        section.add("tcp-request session set-var(sess.salt) rand(\(HAProxyMaker.salts)),add(1000000000000000000)")
    }

    private static let salts = 1_700_000_000

    func headers(_ listener: Listener, _ loadBalancer: LoadBalancer, in section: inout Section) {
        let appends = loadBalancer.forwardedForMode == .append
        if appends {
            section.add("http-request add-header X-Forwarded-For '%[var(sess.client)]'")
        } else if loadBalancer.forwardedForMode == .remove {
            section.add("http-request del-header X-Forwarded-For")
        }
        section.add("http-request set-header X-Forwarded-Proto \(listener.transport.rawValue)")
        section.add("http-request set-header X-Forwarded-Port \(listener.port)")
        trace(listener, in: &section)
        if listener.transport == .https { clientTLS(listener, loadBalancer, in: &section) }
        let isLogged = loadBalancer.accessLog != nil
        if isLogged { logTrace(in: &section) }
        section.add("http-request allow if \(isUsual(listener, loadBalancer))")
        if refusesLast(listener) {
            for line in refusedRequests { section.add(line) }
            // One is ours.
            if appends { section.add(refusedHops(atMost: HAProxyMaker.hops + 1)) }
        }
        if !loadBalancer.preservesHostHeader { host(listener, in: &section) }
        if appends {
            // One line grows, of several the last is ours.
            section.add(
                "http-request set-header X-Forwarded-For '%[req.fhdr(x-forwarded-for,1)], %[var(sess.client)]' "
                    + "if { req.fhdr_cnt(x-forwarded-for) 2 }")
        }
        givenTrace(in: &section)
        if isLogged { logTrace(in: &section) }
    }

    /// Whether nothing of what is seldom is to be done.
    private func isUsual(_ listener: Listener, _ loadBalancer: LoadBalancer) -> String {
        var conditions: [String] = []
        if !loadBalancer.preservesHostHeader {
            conditions.append("{ req.fhdr(host,1),port_only \(listener.hasUsualPort ? "0" : "gt 0") }")
        } else if refusesLast(listener) {
            conditions.append("{ req.fhdr(host,1) -m found }")
        }
        if refusesLast(listener) { conditions.append("!\(HAProxyMaker.isRefusedMethod)") }
        // One look at the names, which are in lower case, costs less than a look for each header.
        let twice = (loadBalancer.forwardedForMode == .append ? ["x-forwarded-for"] : []) + ["x-amzn-trace-id"]
        conditions.append("!{ req.hdr_names -m reg \(twice.map { "\($0),.*\($0)" }.joined(separator: "|")) }")
        return conditions.joined(separator: " ")
    }

    /// The port in `Host`: none for a usual port, always one for another. What a transform has made stays as it is.
    /// Source: Application Load Balancers guide, "Host header preservation".
    private func host(_ listener: Listener, in section: inout Section) {
        let hasTransform = listener.rules.flatMap(\.transforms).contains { if case .host = $0 { true } else { false } }
        let isGiven = hasTransform ? "!{ var(txn.hosted) -m found } " : ""
        if listener.hasUsualPort {
            section.add(
                "http-request set-header Host '%[req.hdr(host),host_only]' if \(isGiven){ req.hdr(host) -m sub : }")
        } else {
            section.add(
                "http-request set-header Host '%[req.hdr(host)]:\(listener.port)' if \(isGiven)"
                    + "{ req.hdr(host) -m found } { req.hdr(host),port_only 0 }")
        }
    }

    /// An id for every request: its time in seconds, five digits that are the listener's, and nineteen of two draws,
    /// one for the connection and one for the request: 1.0e18 to 8.4e18.
    private func trace(_ listener: Listener, in section: inout Section) {
        let time = "%[date,hex,bytes(8),lower]"
        let digits = HAProxySyntax.digest(listener.id, length: 5)
        let draws = "%[rand,mul(\(HAProxyMaker.salts)),add(sess.salt)]"
        section.add("http-request add-header X-Amzn-Trace-Id 'Root=1-\(time)-\(digits)\(draws)'")
    }

    /// What the client has sent stays, with our id: as the root if it has none, else as our own part.
    private func givenTrace(in section: inout Section) {
        let isGiven = "{ var(txn.given) -m found }"
        let hasRoot = "{ var(txn.given) -m reg '(^|;) *Root=' }"
        let set = "http-request set-header X-Amzn-Trace-Id"
        section.add(
            "http-request set-var(txn.given) req.fhdr(x-amzn-trace-id,-2) if { req.fhdr_cnt(x-amzn-trace-id) gt 1 }")
        section.add("http-request set-var(\(ErrorPages.began)) date if \(isGiven)")
        // A field Self of an earlier load balancer makes room for ours.
        let rest = HAProxySyntax.word("var(txn.given),regsub('(^|;) *Self=[^;]*;?','\\1')")
        section.add("http-request set-var(txn.rest) \(rest) if \(isGiven)")
        let id = "%[req.fhdr(x-amzn-trace-id),bytes(\("Root=".utf8.count))]"
        section.add("\(set) 'Self=\(id);%[var(txn.rest)]' if \(isGiven) \(hasRoot)")
        section.add("\(set) '%[var(txn.given)];%[req.fhdr(x-amzn-trace-id)]' if \(isGiven) !\(hasRoot)")
    }

    private func logTrace(in section: inout Section) {
        section.add("http-request set-var(txn.trace) req.fhdr(x-amzn-trace-id),url_enc")
    }

    /// Source: Application Load Balancers guide, "Mutual authentication with TLS", HTTP headers.
    private func clientTLS(_ listener: Listener, _ loadBalancer: LoadBalancer, in section: inout Section) {
        func add(_ header: String, _ value: String, if condition: String = "") {
            let name = listener.requestHeaderNames[header] ?? header
            guard HAProxySyntax.isHeaderName(name) else { return }
            let word = HAProxySyntax.word(name)
            // What the client says of itself is not believed.
            if !condition.isEmpty { section.add("http-request del-header \(word)") }
            section.add("http-request set-header \(word) '\(value)'" + (condition.isEmpty ? "" : " if \(condition)"))
        }
        if loadBalancer.sendsTLSHeaders {
            add("X-Amzn-Tls-Version", "%[ssl_fc_protocol]")
            add("X-Amzn-Tls-Cipher-Suite", "%[ssl_fc_cipher]")
        }
        guard let authentication = listener.mutualAuthentication else { return }
        // A PEM block, percent-encoded.
        let lines = HAProxySyntax.word("ssl_c_der,base64,regsub('(.{64})','\\1\\x0a',g),url_enc")
        section.add("http-request set-var(txn.pem) \(lines) if { ssl_c_used }")
        let pem = "-----BEGIN%%20CERTIFICATE-----%%0A%[var(txn.pem)]%%0A-----END%%20CERTIFICATE-----%%0A"
        switch authentication {
        case .passthrough: add("X-Amzn-Mtls-Clientcert", pem, if: "{ ssl_c_used }")
        case .verify:
            add("X-Amzn-Mtls-Clientcert-Serial-Number", "%[ssl_c_serial,hex]")
            add("X-Amzn-Mtls-Clientcert-Issuer", "%[ssl_c_i_dn(,0,rfc2253)]")
            add("X-Amzn-Mtls-Clientcert-Subject", "%[ssl_c_s_dn(,0,rfc2253)]")
            add("X-Amzn-Mtls-Clientcert-Validity", "NotBefore=%[ssl_c_notbefore];NotAfter=%[ssl_c_notafter]")
            add("X-Amzn-Mtls-Clientcert-Leaf", pem)
        }
    }
}

extension BalancerConfiguration.Listener {
    /// Clients leave it out in `Host`.
    fileprivate var hasUsualPort: Bool { [80, 443].contains(port) }
}
