import AWSWire
import NodeLink

/// The rules of a listener: the first one that fits decides, and its number stands in `txn.rule`.
extension HAProxyMaker {
    /// What a rule's shares of requests are counted in.
    static let shares = 1_000_000

    mutating func rules(_ listener: Listener, _ loadBalancer: LoadBalancer, in section: inout Section) {
        guard onlyGroup(of: listener) == nil else { return }
        for (index, rule) in listener.rules.enumerated() {
            choose(rule, index, listener, loadBalancer, in: &section)
        }
        for (index, rule) in listener.rules.enumerated() {
            let owner = HAProxyConfiguration.Owner.rule(listener: listener.id, rule: rule.id)
            transforms(rule, index, owner, in: &section)
            switch rule.action {
            case .forward: continue
            case .redirect(let redirect): self.redirect(redirect, listener, index, owner, in: &section)
            case .fixedResponse(let response): answer(response, index, owner, in: &section)
            }
        }
        forward(listener, in: &section)
    }

    private mutating func choose(
        _ rule: BalancerConfiguration.Rule, _ index: Int, _ listener: Listener, _ loadBalancer: LoadBalancer,
        in section: inout Section
    ) {
        let owner = HAProxyConfiguration.Owner.rule(listener: listener.id, rule: rule.id)
        if let words = environment.rejected[owner] {
            report("HAProxy does not take the rule \(rule.id): \(words)", loadBalancer.id, listener.id)
            return
        }
        if let problem = rule.action.problem {
            report("The rule \(rule.id) cannot be: \(problem)", loadBalancer.id, listener.id)
            return
        }
        var names: [String] = []
        for (number, condition) in rule.conditions.enumerated() {
            let text = ConditionText(condition)
            if let problem = text.problem {
                report("The rule \(rule.id): \(problem)", loadBalancer.id, listener.id)
            }
            // A condition none of whose values can fit never does, nor does its rule.
            guard !text.criteria.isEmpty else { return }
            let name = "r\(index).\(number)"
            for criterion in text.criteria { section.add("acl \(name) \(criterion)", owner) }
            names.append(name)
        }
        let conditions = ((index > 0 ? ["!{ var(txn.rule) -m found }"] : []) + names).joined(separator: " ")
        let isAlways = conditions.isEmpty ? "" : " if \(conditions)"
        section.add("http-request set-var(txn.rule) int(\(index))\(isAlways)", owner)
    }

    static func isRule(_ indices: Int...) -> String { isRule(indices) }

    private static func isRule(_ indices: [Int]) -> String {
        "{ var(txn.rule) -m int \(indices.map(String.init).joined(separator: " ")) }"
    }

    // MARK: Transforms

    private static let setHost = "set-header Host"

    private func transforms(
        _ rule: BalancerConfiguration.Rule, _ index: Int, _ owner: HAProxyConfiguration.Owner,
        in section: inout Section
    ) {
        guard environment.rejected[owner] == nil else { return }
        for transform in rule.transforms {
            switch transform {
            case .url(let rewrites):
                rewrite(rewrites, of: "pathq", set: "set-pathq", index, owner, in: &section)
            case .host(let rewrites):
                rewrite(rewrites, of: "req.hdr(host)", set: HAProxyMaker.setHost, index, owner, in: &section)
            }
        }
    }

    private func rewrite(
        _ rewrites: [BalancerConfiguration.Rewrite], of sample: String, set: String, _ index: Int,
        _ owner: HAProxyConfiguration.Owner, in section: inout Section
    ) {
        let isRule = HAProxyMaker.isRule(index)
        section.add("http-request unset-var(txn.new) if \(isRule)", owner)
        for rewrite in rewrites {
            let regex = HAProxyRegex.bounded(HAProxyRegex.argument(rewrite.regex))
            let change = "\(sample),regsub('\(regex)','\(HAProxyRegex.replacement(rewrite.replacement))')"
            let fits = "{ \(HAProxySyntax.word(sample)) -m reg -- \(HAProxySyntax.word(regex)) }"
            let isFirst = "!{ var(txn.new) -m found }"
            section.add(
                "http-request set-var(txn.new) \(HAProxySyntax.word(change)) if \(isRule) \(isFirst) \(fits)", owner)
        }
        section.add("http-request \(set) '%[var(txn.new)]' if \(isRule) { var(txn.new) -m found }", owner)
        guard set == HAProxyMaker.setHost else { return }
        section.add("http-request set-var(txn.hosted) bool(1) if \(isRule) { var(txn.new) -m found }", owner)
    }

    // MARK: Answers of our own

    private mutating func answer(
        _ response: BalancerConfiguration.FixedResponse, _ index: Int, _ owner: HAProxyConfiguration.Owner,
        in section: inout Section
    ) {
        guard environment.rejected[owner] == nil else { return }
        var text = "http-request return status \(response.statusCode) "
        if let body = response.body, !body.isEmpty {
            // The body has a file of its own: no line of the configuration holds it.
            let file = "bodies/" + SHA256Digest.hex(of: Array(body.utf8)).prefix(32)
            draft.configuration.files[file] = body
            let type = response.contentType.flatMap { FixedResponseText.contentTypes.contains($0) ? $0 : nil }
            text += "content-type '\(type ?? "text/plain"); charset=utf-8' file \(directory)/\(file) "
        }
        section.add("\(text)\(ErrorPages.headers) if \(HAProxyMaker.isRule(index))", owner)
    }

    private func redirect(
        _ redirect: BalancerConfiguration.Redirect, _ listener: Listener, _ index: Int,
        _ owner: HAProxyConfiguration.Owner, in section: inout Section
    ) {
        guard environment.rejected[owner] == nil, redirect.problem == nil else { return }
        let isRule = HAProxyMaker.isRule(index)
        if redirect.query == "#{query}" {
            // Without a query there is no question mark.
            section.add("http-request set-var-fmt(txn.query) '?%[query]' if \(isRule) { query -m found }", owner)
        }
        let location = HAProxySyntax.word(redirect.location(port: listener.port, transport: listener.transport))
        section.add("http-request set-var-fmt(txn.location) \(location) if \(isRule)", owner)
        section.add(
            "http-request return \(ErrorPages.answer(redirect.statusCode, in: directory)) "
                + "hdr Location '%[var(txn.location)]' if \(isRule)", owner)
    }

    // MARK: Forwarding

    /// The one group that all of a listener's requests go to. Most listeners have one, and their requests need no rule.
    func onlyGroup(of listener: Listener) -> BalancerConfiguration.TargetGroup? {
        guard let rule = listener.rules.first, listener.rules.count == 1, rule.conditions.isEmpty,
            rule.transforms.isEmpty, environment.rejected[.rule(listener: listener.id, rule: rule.id)] == nil
        else { return nil }
        return onlyGroup(of: rule)
    }

    private func onlyGroup(of rule: BalancerConfiguration.Rule) -> BalancerConfiguration.TargetGroup? {
        guard case .forward(let groups, stickinessSeconds: nil) = rule.action, groups.count == 1, groups[0].weight > 0
        else { return nil }
        return group(groups[0].targetGroup)
    }

    /// Whether it takes a map to find a request's group.
    private func isShared(_ rule: BalancerConfiguration.Rule) -> Bool {
        if case .forward = rule.action { onlyGroup(of: rule) == nil } else { false }
    }

    /// Where requests go.
    mutating func backends(_ listener: Listener, in section: inout Section) {
        if let only = onlyGroup(of: listener) {
            return section.add("default_backend \(HAProxyMaker.backend(only.id))")
        }
        for (index, rule) in listener.rules.enumerated() {
            guard let only = onlyGroup(of: rule) else { continue }
            section.add("use_backend \(HAProxyMaker.backend(only.id)) if \(HAProxyMaker.isRule(index))")
        }
        if listener.rules.contains(where: isShared) { section.add("use_backend %[var(txn.tg)]") }
    }

    private mutating func forward(_ listener: Listener, in section: inout Section) {
        let name = HAProxySyntax.name(listener.id)
        let map = "maps/\(name).forward"
        var ranges: [String] = []
        var sticky: [String] = []
        var stickyRules: [(index: Int, seconds: Int)] = []
        let shared = listener.rules.enumerated().filter { self.isShared($0.element) }
        for (index, rule) in shared {
            guard case .forward(let groups, let seconds) = rule.action else { continue }
            ranges += HAProxyMaker.ranges(groups, base: index * HAProxyMaker.shares)
            if let seconds {
                stickyRules.append((index, seconds))
                sticky += groups.map { group in
                    let backend = HAProxyMaker.backend(group.targetGroup)
                    return "\(index)/\(HAProxyMaker.stickyValue(backend)) \(backend)"
                }
            }
        }
        draft.configuration.maps[map] = ranges
        if !stickyRules.isEmpty { keepGroup(stickyRules, sticky, name, in: &section) }
        let refuse = "http-request return \(ErrorPages.answer(503, in: directory)) if"
        section.add("\(refuse) !{ var(txn.rule) -m found }")
        guard !shared.isEmpty else { return }
        let isShared = HAProxyMaker.isRule(shared.map(\.offset))
        section.add("http-request set-var(txn.base) var(txn.rule),mul(\(HAProxyMaker.shares)) if \(isShared)")
        section.add(
            "http-request set-var(txn.tg) rand(\(HAProxyMaker.shares)),add(txn.base),map_int(\(directory)/\(map)) "
                + "if \(isShared) !{ var(txn.tg) -m found }")
        section.add("\(refuse) \(isShared) !{ var(txn.tg) -m found }")
    }

    /// The parts of `shares` that each group gets, as ranges of whole numbers.
    static func ranges(_ groups: [BalancerConfiguration.WeightedGroup], base: Int) -> [String] {
        let total = groups.reduce(0) { $0 + max(0, $1.weight) }
        var lines: [String] = []
        var sum = 0
        for group in groups where group.weight > 0 {
            let first = sum * shares / total
            sum += group.weight
            let last = sum * shares / total - 1
            if last >= first { lines.append("\(base + first):\(base + last) \(backend(group.targetGroup))") }
        }
        return lines
    }

    /// Binds a client to a group. Source: guide, "Target group stickiness": cookies AWSALBTG and AWSALBTGCORS.
    private mutating func keepGroup(
        _ rules: [(index: Int, seconds: Int)], _ lines: [String], _ name: String, in section: inout Section
    ) {
        let map = "maps/\(name).sticky"
        draft.configuration.maps[map] = lines
        for cookie in ["AWSALBTG", "AWSALBTGCORS"] {
            let isOpen = "!{ var(txn.tg) -m found }"
            section.add("http-request set-var-fmt(txn.key) '%[var(txn.rule)]/%[req.cook(\(cookie))]' if \(isOpen)")
            section.add("http-request set-var(txn.tg) var(txn.key),map_str(\(directory)/\(map)) if \(isOpen)")
        }
        for rule in rules {
            let condition = "\(HAProxyMaker.isRule(rule.index)) { var(txn.answered) -m found }"
            let value = "%[var(txn.tg),sha2(256),hex]"
            for line in HAProxyMaker.cookies("AWSALBTG", value, rule.seconds, condition) { section.add(line) }
        }
    }

    static func stickyValue(_ backend: String) -> String {
        SHA256Digest.hex(of: Array(backend.utf8)).uppercased()
    }

    /// A cookie, and its twin for requests from other sites.
    static func cookies(_ name: String, _ value: String, _ seconds: Int, _ condition: String) -> [String] {
        let set = "http-after-response add-header Set-Cookie"
        let life = "Expires=%[date(\(seconds)),http_date]; Path=/"
        return [
            "\(set) '\(name)=\(value); \(life)' if \(condition)",
            "\(set) '\(name)CORS=\(value); \(life); SameSite=None' if \(condition) !{ ssl_fc }",
            "\(set) '\(name)CORS=\(value); \(life); SameSite=None; Secure' if \(condition) { ssl_fc }",
        ]
    }
}
