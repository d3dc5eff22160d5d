import AWSModels
import AWSWire
import NodeLink
import State

extension BalancerConfiguration.Rule {
    init(_ rule: ListenerRuleRecord, _ realm: Realm) {
        self.init(
            id: rule.key.path, priority: rule.priority, action: BalancerConfiguration.Action(rule.actions, realm))
        conditions = rule.conditions.compactMap(BalancerConfiguration.Condition.init)
        transforms = rule.transforms.map(BalancerConfiguration.Transform.init)
        // A condition that cannot be told is met by nobody: without it the rule would take what it must not.
        if conditions.count < rule.conditions.count { conditions = [.methods(values: ["-"])] }
    }

    /// The groups that the rule forwards to.
    var targetGroups: [String] {
        if case .forward(let groups, _) = action { groups.map(\.targetGroup) } else { [] }
    }
}

extension BalancerConfiguration.Action {
    /// The routing action of a rule, which comes last. Those that authenticate come before it, and there is nobody who
    /// could do that: then nothing is forwarded.
    init(_ actions: [ELB.Action], _ realm: Realm) {
        guard actions.count == 1, let action = actions.last, let made = Self(action, realm) else {
            self = .fixedResponse(
                BalancerConfiguration.FixedResponse(statusCode: 500, contentType: nil, body: nil))
            return
        }
        self = made
    }

    private init?(_ action: ELB.Action, _ realm: Realm) {
        switch action.type {
        case .forward: self = .forward(to: action, realm)
        case .redirect:
            guard let redirect = action.redirectConfig else { return nil }
            self = .redirect(BalancerConfiguration.Redirect(redirect))
        case .fixedResponse:
            guard let response = action.fixedResponseConfig, let code = Int(response.statusCode) else { return nil }
            self = .fixedResponse(
                BalancerConfiguration.FixedResponse(
                    statusCode: code, contentType: response.contentType, body: response.messageBody))
        case .authenticateOidc, .authenticateCognito, .jwtValidation: return nil
        }
    }

    private static func forward(to action: ELB.Action, _ realm: Realm) -> Self {
        var tuples = action.forwardConfig?.targetGroups ?? []
        if tuples.isEmpty { tuples = [ELB.TargetGroupTuple(targetGroupArn: action.targetGroupArn, weight: 1)] }
        let groups = tuples.compactMap { tuple in
            TargetGroupRecord.key(arn: tuple.targetGroupArn ?? "", realm).map { key in
                BalancerConfiguration.WeightedGroup(targetGroup: key.path, weight: tuple.weight ?? 1)
            }
        }
        let stickiness = action.forwardConfig?.targetGroupStickinessConfig
        return .forward(
            groups: groups, stickinessSeconds: stickiness?.enabled ?? false ? stickiness?.durationSeconds : nil)
    }
}

extension BalancerConfiguration.Redirect {
    fileprivate init(_ redirect: ELB.RedirectActionConfig) {
        self.init(statusCode: redirect.statusCode == .http302 ? 302 : 301)
        scheme = redirect.protocol.map { $0.hasPrefix("#") ? $0 : $0.lowercased() } ?? scheme
        host = redirect.host ?? host
        port = redirect.port ?? port
        path = redirect.path ?? path
        query = redirect.query ?? query
    }
}

extension BalancerConfiguration.Condition {
    /// Nil for a condition of a kind that is not known, or without values.
    fileprivate init?(_ condition: ELB.RuleCondition) {
        switch condition.field {
        case "host-header"?:
            let config = condition.hostHeaderConfig
            guard let values = condition.patterns(config?.values, config?.regexValues) else { return nil }
            self = .hosts(values: values)
        case "path-pattern"?:
            let config = condition.pathPatternConfig
            guard let values = condition.patterns(config?.values, config?.regexValues) else { return nil }
            self = .paths(values: values)
        case "http-header"?:
            let config = condition.httpHeaderConfig
            guard let name = config?.httpHeaderName,
                let values = condition.patterns(config?.values, config?.regexValues)
            else { return nil }
            self = .header(name: name, values: values)
        case "http-request-method"?:
            guard let values = condition.httpRequestMethodConfig?.values, !values.isEmpty else { return nil }
            self = .methods(values: values)
        case "query-string"?:
            let values = (condition.queryStringConfig?.values ?? []).map { pair in
                BalancerConfiguration.QueryValue(key: pair.key, value: pair.value ?? "")
            }
            guard !values.isEmpty else { return nil }
            self = .query(values: values)
        case "source-ip"?:
            guard let values = condition.sourceIpConfig?.values, !values.isEmpty else { return nil }
            self = .sources(values: values)
        default: return nil
        }
    }
}

extension ELB.RuleCondition {
    /// The values of a condition with wildcards or expressions; older clients give them without a configuration.
    fileprivate func patterns(_ own: [String]?, _ regex: [String]?) -> [BalancerConfiguration.Pattern]? {
        let texts = own ?? (regex == nil ? values : nil) ?? []
        let expressions = regex ?? regexValues ?? []
        let patterns: [BalancerConfiguration.Pattern] =
            texts.map { .wildcard(text: $0) } + expressions.map { .regex(text: $0) }
        return patterns.isEmpty ? nil : patterns
    }
}

extension BalancerConfiguration.Transform {
    fileprivate init(_ transform: ELB.RuleTransform) {
        func rewrites(_ configs: [ELB.RewriteConfig]?) -> [BalancerConfiguration.Rewrite] {
            (configs ?? []).map { BalancerConfiguration.Rewrite(regex: $0.regex, replacement: $0.replace) }
        }
        switch transform.type {
        case .hostHeaderRewrite: self = .host(rewrites: rewrites(transform.hostHeaderRewriteConfig?.rewrites))
        case .urlRewrite: self = .url(rewrites: rewrites(transform.urlRewriteConfig?.rewrites))
        }
    }
}
