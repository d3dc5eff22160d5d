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
        refusals(listener, loadBalancer, in: &section)
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
        connectionHeaders(loadBalancer, in: &section)
        let isOld = "{ date,sub(sess.began) -m int ge \(loadBalancer.clientKeepAliveSeconds) }"
        section.add("http-after-response set-header Connection close if \(isOld)")
    }

    /// What no target ever sees. Listeners with answers of their own refuse before those.
    /// Source: Application Load Balancers guide, troubleshooting: HTTP 400, 405 and 463.
    private func refusals(_ listener: Listener, _ loadBalancer: LoadBalancer, in section: inout Section) {
        if loadBalancer.accessLog != nil {
            section.add("http-request set-var(txn.host) req.hdr(host),host_only,url_enc")
            section.add("http-request set-var(txn.agent) req.fhdr(user-agent)")
        }
        let answer = { (code: Int) in "http-request return \(ErrorPages.answer(code, in: directory))" }
        if !refusesLast(listener) { for line in refusedRequests { section.add(line) } }
        if !refusesLast(listener) || loadBalancer.forwardedForMode != .append {
            section.add(refusedHops(atMost: HAProxyMaker.hops))
        }
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
