/// Constraints in AWS's words.
extension Schema {
    /// All rules of the schema, for a violation inside a list or map.
    var rules: [String] {
        var rules: [String] = []
        if let maximum { rules.append(rule(maximum: maximum)) }
        if let minimum { rules.append(rule(minimum: minimum)) }
        if let pattern { rules.append(Schema.rule(pattern: pattern)) }
        if !values.isEmpty { rules.append(valueRule) }
        return rules
    }

    /// The first rule a text breaks; nil when it breaks none.
    /// - Parameter text: valid UTF-8 without escapes.
    func brokenRule(_ text: UnsafeBufferPointer<UInt8>) -> String? {
        if kind == .enumeration { return hasValue(text) ? nil : valueRule }
        if minimum != nil || maximum != nil {
            let length = text.count { $0 & 0xC0 != 0x80 }
            if let rule = brokenLengthRule(length) { return rule }
        }
        guard let pattern, !pattern.matches(text) else { return nil }
        return Schema.rule(pattern: pattern)
    }

    /// The rule a length breaks; nil when it breaks none.
    func brokenLengthRule(_ length: Int) -> String? {
        if let maximum, Double(length) > maximum { return rule(maximum: maximum) }
        if let minimum, Double(length) < minimum { return rule(minimum: minimum) }
        return nil
    }

    func rule(minimum: Double) -> String { "Member must have \(measure) greater than or equal to \(text(minimum))" }

    func rule(maximum: Double) -> String { "Member must have \(measure) less than or equal to \(text(maximum))" }

    private static func rule(pattern: TextPattern) -> String {
        "Member must satisfy regular expression pattern: \(pattern.source)"
    }

    private var valueRule: String { "Member must satisfy enum value set: [\(values.joined(separator: ", "))]" }

    /// Numbers have a value, everything else a length.
    private var measure: String {
        switch kind {
        case .integer, .long, .double: "value"
        default: "length"
        }
    }

    /// Whole bounds are written without a fraction, except for doubles.
    private func text(_ bound: Double) -> String {
        kind == .double ? bound.description : Int(exactly: bound).map(String.init) ?? bound.description
    }
}
