import AWSModels
import AWSWire
import State

/// Which conditions a rule may have.
/// Source: Elastic Load Balancing API Reference, RuleCondition; Application Load Balancers User Guide, Condition types.
enum ConditionRules {
    private static let once: Set<String> = ["host-header", "path-pattern", "http-request-method", "source-ip"]
    private static let maximumLength = 128
    private static let maximumNameLength = 40

    /// The conditions with values said in every place where DescribeRules shows them.
    static func checked(_ conditions: [ELB.RuleCondition]) throws(WireError) -> [ELB.RuleCondition] {
        guard !conditions.isEmpty else { throw .validationError("A rule must have at least one condition") }
        var result: [ELB.RuleCondition] = []
        for condition in conditions { result.append(try checked(condition)) }
        for field in once.sorted() where result.count(where: { $0.field == field }) > 1 {
            throw .validationError("A rule can have only one condition of field '\(field)'")
        }
        let values = result.flatMap(allValues)
        guard values.count <= Quotas.conditionValuesPerRule else {
            throw .validationError(
                "A rule can have at most \(Quotas.conditionValuesPerRule) condition values, not \(values.count)")
        }
        let wildcards = result.flatMap(wildcardValues).reduce(0) { sum, value in sum + value.count { "*?".contains($0) }
        }
        guard wildcards <= Quotas.wildcardsPerRule else {
            throw .validationError("A rule can have at most \(Quotas.wildcardsPerRule) wildcards, not \(wildcards)")
        }
        return result
    }

    private static func checked(_ condition: ELB.RuleCondition) throws(WireError) -> ELB.RuleCondition {
        try checkConfig(condition)
        switch condition.field {
        case "host-header": return try hostHeader(condition)
        case "path-pattern": return try pathPattern(condition)
        case "http-header": return try httpHeader(condition)
        case "http-request-method": return try method(condition)
        case "query-string": return try queryString(condition)
        case "source-ip": return try sourceIP(condition)
        default:
            throw .validationError(
                "Condition field '\(condition.field ?? "")' must be one of 'path-pattern, host-header, http-header, "
                    + "http-request-method, query-string, source-ip'")
        }
    }

    /// Only the config of the condition's own field may be there.
    private static func checkConfig(_ condition: ELB.RuleCondition) throws(WireError) {
        let present: [(String, Bool)] = [
            ("host-header", condition.hostHeaderConfig != nil), ("path-pattern", condition.pathPatternConfig != nil),
            ("http-header", condition.httpHeaderConfig != nil), ("query-string", condition.queryStringConfig != nil),
            ("http-request-method", condition.httpRequestMethodConfig != nil),
            ("source-ip", condition.sourceIpConfig != nil),
        ]
        guard present.allSatisfy({ !$0.1 || $0.0 == condition.field }) else {
            throw .validationError("A condition can only have the config of its field '\(condition.field ?? "")'")
        }
    }

    // MARK: One field each

    private static func hostHeader(_ condition: ELB.RuleCondition) throws(WireError) -> ELB.RuleCondition {
        let config = condition.hostHeaderConfig
        let (values, patterns) = try pair(
            condition, config?.values ?? condition.values, config?.regexValues ?? condition.regexValues)
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.*?_")
        try check(values, "host-header", allowed)
        return ELB.RuleCondition(
            field: "host-header", values: values,
            hostHeaderConfig: ELB.HostHeaderConditionConfig(values: values, regexValues: patterns),
            regexValues: patterns)
    }

    private static func pathPattern(_ condition: ELB.RuleCondition) throws(WireError) -> ELB.RuleCondition {
        let config = condition.pathPatternConfig
        let (values, patterns) = try pair(
            condition, config?.values ?? condition.values, config?.regexValues ?? condition.regexValues)
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.$/~\"'@:+&*?")
        try check(values, "path-pattern", allowed)
        return ELB.RuleCondition(
            field: "path-pattern", values: values,
            pathPatternConfig: ELB.PathPatternConditionConfig(values: values, regexValues: patterns),
            regexValues: patterns)
    }

    private static func httpHeader(_ condition: ELB.RuleCondition) throws(WireError) -> ELB.RuleCondition {
        let config = condition.httpHeaderConfig
        let (values, patterns) = try pair(condition, config?.values, config?.regexValues ?? condition.regexValues)
        let name = config?.httpHeaderName ?? ""
        // Source: RFC 7230, section 3.2.6, token.
        let marks = Set("!#$%&'*+-.^_`|~")
        guard (1...maximumNameLength).contains(name.count),
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) || marks.contains($0) })
        else { throw .validationError("The HTTP header name '\(name)' is not valid") }
        guard name.lowercased() != "host" else {
            throw .validationError("The HTTP header name 'host' is not valid; use a host-header condition")
        }
        try check(values, "http-header", nil)
        return ELB.RuleCondition(
            field: "http-header",
            httpHeaderConfig: ELB.HttpHeaderConditionConfig(
                httpHeaderName: name, values: values, regexValues: patterns))
    }

    private static func method(_ condition: ELB.RuleCondition) throws(WireError) -> ELB.RuleCondition {
        let values = condition.httpRequestMethodConfig?.values ?? []
        for value in values {
            let isName = value.allSatisfy { ("A"..."Z").contains($0) || $0 == "-" || $0 == "_" }
            guard (1...maximumNameLength).contains(value.count), isName else {
                throw .validationError("The HTTP request method '\(value)' is not valid")
            }
        }
        guard !values.isEmpty else { throw empty("http-request-method") }
        return ELB.RuleCondition(
            field: "http-request-method",
            httpRequestMethodConfig: ELB.HttpRequestMethodConditionConfig(values: values))
    }

    private static func queryString(_ condition: ELB.RuleCondition) throws(WireError) -> ELB.RuleCondition {
        let values = condition.queryStringConfig?.values ?? []
        guard !values.isEmpty else { throw empty("query-string") }
        for pair in values { try check([pair.value ?? ""] + [pair.key].compactMap { $0 }, "query-string", nil) }
        return ELB.RuleCondition(
            field: "query-string", queryStringConfig: ELB.QueryStringConditionConfig(values: values))
    }

    private static func sourceIP(_ condition: ELB.RuleCondition) throws(WireError) -> ELB.RuleCondition {
        let values = condition.sourceIpConfig?.values ?? []
        guard !values.isEmpty else { throw empty("source-ip") }
        for value in values where IPv4Range(value) == nil && !isIPv6Range(value) {
            throw .validationError("The source IP address range '\(value)' is not a valid CIDR block")
        }
        return ELB.RuleCondition(
            field: "source-ip", sourceIpConfig: ELB.SourceIpConditionConfig(values: values))
    }

    private static func isIPv6Range(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let length = Int(parts[1]), (0...128).contains(length) else { return false }
        return IPv6Address.isValid(parts[0])
    }

    // MARK: Values

    /// Values and regular expressions: one of the two, and not both.
    private static func pair(
        _ condition: ELB.RuleCondition, _ values: [String]?, _ patterns: [String]?
    ) throws(WireError) -> (values: [String]?, patterns: [String]?) {
        let field = condition.field ?? ""
        let (hasValues, hasPatterns) = (!(values ?? []).isEmpty, !(patterns ?? []).isEmpty)
        guard hasValues || hasPatterns else { throw empty(field) }
        guard !hasValues || !hasPatterns else {
            throw .validationError("A condition of field '\(field)' can have values or regular expressions, not both")
        }
        for pattern in patterns ?? [] {
            guard (1...maximumLength).contains(pattern.count), RegularExpressions.isValid(pattern) else {
                throw .validationError("The regular expression '\(pattern)' of field '\(field)' is not valid")
            }
        }
        return (hasValues ? values : nil, hasPatterns ? patterns : nil)
    }

    private static func check(_ values: [String]?, _ field: String, _ allowed: Set<Character>?) throws(WireError) {
        for value in values ?? [] {
            guard (1...maximumLength).contains(value.count) else {
                throw .validationError("Condition value '\(value)' must have 1 to \(maximumLength) characters")
            }
            let isPrintable = value.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
            guard isPrintable, allowed.map({ value.allSatisfy($0.contains) }) ?? true else {
                throw .validationError("Condition value '\(value)' contains a character that is not valid")
            }
        }
    }

    private static func empty(_ field: String) -> WireError {
        .validationError("A condition value must be specified for field '\(field)'")
    }

    private static func allValues(_ condition: ELB.RuleCondition) -> [String] {
        wildcardValues(condition) + (condition.hostHeaderConfig?.regexValues ?? [])
            + (condition.pathPatternConfig?.regexValues ?? []) + (condition.httpHeaderConfig?.regexValues ?? [])
            + (condition.httpRequestMethodConfig?.values ?? []) + (condition.sourceIpConfig?.values ?? [])
    }

    /// Values in which `*` and `?` are wildcards.
    private static func wildcardValues(_ condition: ELB.RuleCondition) -> [String] {
        (condition.hostHeaderConfig?.values ?? []) + (condition.pathPatternConfig?.values ?? [])
            + (condition.httpHeaderConfig?.values ?? [])
            + (condition.queryStringConfig?.values ?? []).map { ($0.key ?? "") + ($0.value ?? "") }
    }
}
