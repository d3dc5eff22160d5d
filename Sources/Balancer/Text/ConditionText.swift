import NodeLink

/// A rule's condition as ACLs of one name: any of them may fit.
struct ConditionText {
    /// Lines without their name: `path -m beg -- /api/`.
    var criteria: [String] = []
    /// Why some of the values can never fit.
    var problem: String?

    init(_ condition: BalancerConfiguration.Condition) {
        make(condition)
        // An empty text would fit nothing, or end the line's words.
        criteria.removeAll { $0.hasSuffix(" -- ''") }
    }

    private mutating func make(_ condition: BalancerConfiguration.Condition) {
        switch condition {
        case .hosts(let values):
            criteria = values.map { ConditionText.match("req.hdr(host),host_only", $0, ignoringCase: true) }
        case .paths(let values): criteria = values.map { ConditionText.match("path", $0, ignoringCase: false) }
        case .header(let name, let values): header(name, values)
        case .methods(let values): criteria = values.map { "method -m str -- \(HAProxySyntax.word($0))" }
        case .query(let values): criteria = values.map(ConditionText.query)
        case .sources(let values): sources(values)
        }
    }

    private mutating func header(_ name: String, _ values: [BalancerConfiguration.Pattern]) {
        guard HAProxySyntax.isHeaderName(name) else {
            problem = "No header has the name '\(name)'."
            return
        }
        // The whole line, commas included.
        criteria = values.map { ConditionText.match("req.fhdr(\(name))", $0, ignoringCase: true) }
    }

    private mutating func sources(_ values: [String]) {
        criteria = values.filter(HAProxySyntax.isBlock).map { "src -- \($0)" }
        if criteria.count < values.count { problem = "A source is no block of addresses." }
    }

    /// A comparison that is as cheap as its pattern allows.
    private static func match(
        _ sample: String, _ pattern: BalancerConfiguration.Pattern, ignoringCase: Bool
    ) -> String {
        let fetch = HAProxySyntax.word(sample) + (ignoringCase ? " -i" : "")
        switch pattern {
        case .regex(let text): return "\(fetch) -m reg -- \(HAProxySyntax.word(HAProxyRegex.bounded(text)))"
        case .wildcard(let text):
            let stars = text.utf8.filter { $0 == UInt8(ascii: "*") }.count
            if stars == 0, !text.contains("?") { return "\(fetch) -m str -- \(HAProxySyntax.word(text))" }
            if stars == 1, text.utf8.count > 1, !text.contains("?") {
                if text.hasSuffix("*") { return "\(fetch) -m beg -- \(HAProxySyntax.word(String(text.dropLast())))" }
                if text.hasPrefix("*") { return "\(fetch) -m end -- \(HAProxySyntax.word(String(text.dropFirst())))" }
            }
            let regex = HAProxyRegex.bounded("(?s)^" + HAProxyRegex.wildcard(text) + "$")
            return "\(fetch) -m reg -- \(HAProxySyntax.word(regex))"
        }
    }

    /// Without a key any parameter's value may fit.
    /// Source: Application Load Balancers guide, "Query string conditions".
    private static func query(_ value: BalancerConfiguration.QueryValue) -> String {
        let key = value.key.map { HAProxyRegex.wildcard($0, any: "[^&=]*", one: "[^&=]") } ?? "[^&=]*"
        let text = HAProxyRegex.wildcard(value.value, any: "[^&]*", one: "[^&]")
        return "query -i -m reg -- " + HAProxySyntax.word(HAProxyRegex.bounded("(^|&)\(key)=\(text)(&|$)"))
    }
}
