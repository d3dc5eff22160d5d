import NodeLink

/// Listeners of Application Load Balancers.
extension HAProxyMaker {
    typealias Listener = BalancerConfiguration.Listener
    typealias LoadBalancer = BalancerConfiguration.LoadBalancer
    typealias Section = HAProxyConfiguration.Section

    mutating func applicationListener(_ listener: Listener, of loadBalancer: LoadBalancer) {
        let owner = HAProxyConfiguration.Owner.listener(listener.id)
        if let words = environment.rejected[owner] {
            return reportRejection(words, listener, loadBalancer)
        }
        var options = ""
        if listener.transport == .https {
            let alpn = loadBalancer.offersHTTP2 ? ["h2", "http/1.1"] : ["http/1.1"]
            guard let tls = tlsOptions(listener, loadBalancer.id, alpn: alpn) else { return }
            options = tls
        }
        var section = Section("frontend \(HAProxySyntax.name(listener.id))")
        binds(listener, loadBalancer, options: options, in: &section)
        section.add("timeout client \(loadBalancer.idleTimeoutSeconds)s")
        section.add("timeout http-request \(loadBalancer.idleTimeoutSeconds)s")
        section.add("timeout http-keep-alive \(loadBalancer.idleTimeoutSeconds)s")
        section.add(LogFormat.target(isLong: loadBalancer.accessLog != nil))
        let isLong = loadBalancer.accessLog != nil
        section.add("log-format \(LogFormat.http(isLong: isLong, hasOneRule: onlyGroup(of: listener) != nil))")
        if !isLong { for line in LogFormat.sampling { section.add(line) } }
        connection(loadBalancer, in: &section)
        refusals(loadBalancer, in: &section)
        rules(listener, loadBalancer, in: &section)
        headers(listener, loadBalancer, in: &section)
        responses(listener, in: &section)
        backends(listener, in: &section)
        draft.configuration.sections.append(section)
        served.insert(listener.id)
    }

    /// Source: Application Load Balancers guide, "HTTP client keepalive duration".
    private func connection(_ loadBalancer: LoadBalancer, in section: inout Section) {
        section.add("tcp-request session set-var(sess.began) date")
        let random = "%[rand,hex,bytes(8),lower]"
        section.add("tcp-request session set-var-fmt(sess.id) '\(random)\(random)'")
        let isOld = "{ date,sub(sess.began) -m int ge \(loadBalancer.clientKeepAliveSeconds) }"
        section.add("http-after-response set-header Connection close if \(isOld)")
    }

    /// What no target ever sees.
    /// Source: Application Load Balancers guide, troubleshooting: HTTP 400, 405 and 463.
    private func refusals(_ loadBalancer: LoadBalancer, in section: inout Section) {
        if loadBalancer.accessLog != nil {
            section.add("http-request set-var(txn.host) req.hdr(host),host_only,url_enc")
            section.add("http-request set-var(txn.agent) req.fhdr(user-agent)")
        }
        let answer = { (code: Int) in "http-request return \(ErrorPages.answer(code, in: environment.directory))" }
        section.add("\(answer(400)) if !{ req.hdr(host) -m found } { req.ver -m str 1.1 }")
        section.add("\(answer(405)) if { method TRACE CONNECT }")
        // Most requests come from clients themselves: what is seldom there is looked for once.
        let isForwarded = "{ req.fhdr(x-forwarded-for) -m found }"
        section.add("http-request set-var(txn.hops) req.fhdr_cnt(x-forwarded-for) if \(isForwarded)")
        section.add("\(answer(463)) if { var(txn.hops) -m found } { req.hdr_cnt(x-forwarded-for) gt 30 }")
        if loadBalancer.desyncMode == .strictest {
            // What RFC 9112 allows and some targets read another way.
            section.add("\(answer(400)) if { req.fhdr_cnt(host) gt 1 }")
            section.add("\(answer(400)) if METH_GET { req.body_size gt 0 }")
            section.add("\(answer(400)) if METH_HEAD { req.body_size gt 0 }")
        }
        if loadBalancer.dropsInvalidHeaderFields {
            section.add("http-request del-header '[^-A-Za-z0-9]' -m reg")
        }
    }

    /// What targets are told about the client.
    /// Source: Application Load Balancers guide, "HTTP headers and Application Load Balancers", "Request tracing".
    private func headers(_ listener: Listener, _ loadBalancer: LoadBalancer, in section: inout Section) {
        if !loadBalancer.preservesHostHeader { host(listener, in: &section) }
        let client = loadBalancer.forwardsClientPort ? "%[src]:%[src_port]" : "%[src]"
        switch loadBalancer.forwardedForMode {
        case .preserve: break
        case .remove: section.add("http-request del-header X-Forwarded-For")
        case .append:
            section.add(
                "http-request replace-header X-Forwarded-For '^(.*)$' '\\1, \(client)' if { var(txn.hops) -m int 1 }")
            section.add("http-request add-header X-Forwarded-For '\(client)' if { var(txn.hops) -m int gt 1 }")
            // The option is cheaper than a rule, but does not know the port.
            section.add(
                loadBalancer.forwardsClientPort
                    ? "http-request add-header X-Forwarded-For '\(client)' if !{ var(txn.hops) -m found }"
                    : "option forwardfor if-none")
        }
        section.add("http-request set-header X-Forwarded-Proto \(listener.transport.rawValue)")
        section.add("http-request set-header X-Forwarded-Port \(listener.port)")
        trace(isLogged: loadBalancer.accessLog != nil, in: &section)
        if listener.transport == .https { clientTLS(listener, loadBalancer, in: &section) }
    }

    /// The port in `Host`: none for a usual port, always one for another. What a transform has made stays as it is.
    /// Source: Application Load Balancers guide, "Host header preservation".
    private func host(_ listener: Listener, in section: inout Section) {
        let hasTransform = listener.rules.flatMap(\.transforms).contains { if case .host = $0 { true } else { false } }
        let isGiven = hasTransform ? "!{ var(txn.hosted) -m found } " : ""
        if [80, 443].contains(listener.port) {
            section.add(
                "http-request set-header Host '%[req.hdr(host),host_only]' if \(isGiven){ req.hdr(host) -m sub : }")
        } else {
            section.add(
                "http-request set-header Host '%[req.hdr(host)]:\(listener.port)' if \(isGiven)"
                    + "{ req.hdr(host) -m found } { req.hdr(host),port_only 0 }")
        }
    }

    private func trace(isLogged: Bool, in section: inout Section) {
        // The time, 16 digits that are the connection's and 8 that are the request's.
        let id = "1-%[date,hex,bytes(8),lower]-%[var(sess.id)]%[rand(90000000),add(10000000)]"
        let isTraced = "{ var(txn.trace) -m found }"
        let hasRoot = "{ var(txn.trace) -m reg '(^|;) *Root=' }"
        let set = "http-request set-header X-Amzn-Trace-Id"
        section.add("http-request set-var(txn.trace) req.fhdr(x-amzn-trace-id)")
        section.add("http-request add-header X-Amzn-Trace-Id 'Root=\(id)' if !\(isTraced)")
        section.add("\(set) '%[var(txn.trace)];Root=\(id)' if \(isTraced) !\(hasRoot)")
        // A field Self of an earlier load balancer makes room for ours.
        let rest = HAProxySyntax.word("var(txn.trace),regsub('(^|;) *Self=[^;]*;?','\\1')")
        section.add("http-request set-var(txn.rest) \(rest) if \(isTraced)")
        section.add("\(set) 'Self=\(id);%[var(txn.rest)]' if \(isTraced) \(hasRoot)")
        if isLogged { section.add("http-request set-var(txn.trace) req.fhdr(x-amzn-trace-id),url_enc") }
    }

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

    /// What clients see besides the target's answer.
    private func responses(_ listener: Listener, in section: inout Section) {
        if !listener.sendsServerHeader { section.add("http-after-response del-header Server") }
        for header in listener.responseHeaders where HAProxySyntax.isHeaderName(header.name) {
            // Without control characters, which would begin another header.
            let bytes = header.value.utf8.filter { !HAProxySyntax.isControl($0) }
            let value = String(decoding: bytes, as: UTF8.self)
                .split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
            guard !value.isEmpty else { continue }
            let name = HAProxySyntax.word(header.name)
            section.add(
                "http-after-response set-header \(name) \(HAProxySyntax.word(value))", .listener(listener.id))
        }
    }
}
