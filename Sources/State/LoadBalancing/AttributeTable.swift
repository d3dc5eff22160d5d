import AWSWire

/// The attributes that load balancers, target groups or listeners of one kind have: their keys, defaults and values.
package struct AttributeTable: Sendable {
    /// In the order in which they are described.
    package let definitions: [AttributeDefinition]

    package init(_ definitions: [AttributeDefinition]) {
        self.definitions = definitions
    }

    /// The definition of a key; nil for one that this kind does not have.
    package func definition(_ key: String) -> AttributeDefinition? { definitions.first { $0.key == key } }

    /// The value of an attribute.
    /// - Parameter changed: the values that differ from the defaults.
    /// - Returns: empty for a key that is not in the table.
    package func value(_ key: String, _ changed: [String: String]) -> String {
        changed[key] ?? definition(key)?.defaultValue ?? ""
    }

    /// Every attribute with its value.
    package func all(_ changed: [String: String]) -> [(key: String, value: String)] {
        definitions.map { ($0.key, changed[$0.key] ?? $0.defaultValue) }
    }

    /// What is to be stored when some attributes are set: only what differs from the defaults.
    package func setting(_ new: [(key: String, value: String)], in changed: [String: String]) -> [String: String] {
        var result = changed
        for (key, value) in new { result[key] = value == definition(key)?.defaultValue ? nil : value }
        return result
    }
}

/// One attribute of a kind.
package struct AttributeDefinition: Sendable {
    package let key: String
    package let defaultValue: String
    package let rule: Rule

    package init(_ key: String, _ defaultValue: String, _ rule: Rule) {
        self.key = key
        self.defaultValue = defaultValue
        self.rule = rule
    }

    /// What a value may be.
    package enum Rule: Sendable {
        case boolean
        /// A whole number in one of the ranges, or one of the words.
        case number([ClosedRange<Int>], words: [String] = [])
        case oneOf([String])
        /// A text of at most so many characters.
        case text(maximum: Int)
        /// The default and nothing else.
        case fixed
    }

    /// Whether the attribute may have a value.
    package func accepts(_ value: String) -> Bool {
        switch rule {
        case .boolean: value == "true" || value == "false"
        case .number(let ranges, let words):
            words.contains(value)
                || value.utf8.allSatisfy { (48...57).contains($0) }
                    && Int(value).map { number in ranges.contains { $0.contains(number) } } ?? false
        case .oneOf(let values): values.contains(value)
        case .text(let maximum): value.count <= maximum
        case .fixed: value == defaultValue
        }
    }

    /// What a value must be, for people.
    package var requirement: String {
        switch rule {
        case .boolean: "true or false"
        case .number(let ranges, let words):
            (words + ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" })
                .joined(separator: " or ")
        case .oneOf(let values): values.joined(separator: ", ")
        case .text(let maximum): "at most \(maximum) characters long"
        case .fixed: defaultValue
        }
    }
}
