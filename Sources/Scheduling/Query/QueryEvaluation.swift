import AWSWire
import State

/// Which instances an expression of the cluster query language means.
package struct InstanceQuery: Sendable {
    private let expression: QueryExpression

    /// - Throws: a `QueryError` when `text` is no expression.
    package init(_ text: String) throws(QueryError) {
        expression = try QueryParser.parse(text)
        try InstanceQuery.check(expression)
    }

    /// Whether `instance` is meant.
    package func includes(_ instance: ContainerInstanceRecord, in snapshot: Snapshot) -> Bool {
        evaluate(expression, instance, snapshot)
    }

    /// Whether some instance of the class of `instance` may be meant: what differs within a class may be anything.
    package func mayInclude(classOf instance: ContainerInstanceRecord) -> Bool {
        verdict(expression, instance) ?? true
    }

    /// What is so for the whole class; nil when it differs from one instance to the next.
    private func verdict(_ expression: QueryExpression, _ instance: ContainerInstanceRecord) -> Bool? {
        switch expression {
        case .or(let left, let right):
            let (left, right) = (verdict(left, instance), verdict(right, instance))
            if left == true || right == true { return true }
            return left == false && right == false ? false : nil
        case .and(let left, let right):
            let (left, right) = (verdict(left, instance), verdict(right, instance))
            if left == false || right == false { return false }
            return left == true && right == true ? true : nil
        case .not(let inner): return verdict(inner, instance).map(!)
        case .compare(.attribute(let name), let comparison, let argument):
            guard !InstanceClass.attributesOfOneHost.contains(name) else { return nil }
            return compare(instance.attribute(name), .attribute(name), comparison, argument)
        case .compare: return nil
        }
    }

    /// Refuses regular expressions that cannot be read and dates that are none, before any instance is looked at.
    private static func check(_ expression: QueryExpression) throws(QueryError) {
        switch expression {
        case .or(let left, let right), .and(let left, let right):
            try check(left)
            try check(right)
        case .not(let inner): try check(inner)
        case .compare(.registeredAt, _, .value(let text)):
            guard Timestamp(queryDate: text) != nil else { throw QueryError(message: "'\(text)' is not a date.") }
        case .compare(.runningTasksCount, _, .value(let text)):
            guard Int(text) != nil else { throw QueryError(message: "'\(text)' is not a number.") }
        case .compare: break
        }
    }

    private func evaluate(
        _ expression: QueryExpression, _ instance: ContainerInstanceRecord, _ snapshot: Snapshot
    ) -> Bool {
        switch expression {
        case .or(let left, let right):
            evaluate(left, instance, snapshot) || evaluate(right, instance, snapshot)
        case .and(let left, let right):
            evaluate(left, instance, snapshot) && evaluate(right, instance, snapshot)
        case .not(let inner): !evaluate(inner, instance, snapshot)
        case .compare(.taskGroup, let comparison, let argument):
            compareGroups(snapshot.groups(on: instance), comparison, argument)
        case .compare(let subject, let comparison, let argument):
            compare(value(of: subject, instance, snapshot), subject, comparison, argument)
        }
    }

    /// The subject as text; nil when the instance has none.
    private func value(
        of subject: QuerySubject, _ instance: ContainerInstanceRecord, _ snapshot: Snapshot
    ) -> String? {
        switch subject {
        case .agentConnected: instance.agentConnected ? "true" : "false"
        case .agentVersion: instance.agentVersion
        case .ec2InstanceId: instance.ec2InstanceID
        case .registeredAt: String(instance.registeredAt.milliseconds)
        case .runningTasksCount: String(snapshot.runningTasksCount(on: instance.key))
        case .attribute(let name): instance.attribute(name)
        case .taskGroup: nil
        }
    }

    private func compare(
        _ value: String?, _ subject: QuerySubject, _ comparison: QueryOperator, _ argument: QueryArgument
    ) -> Bool {
        switch (comparison, argument) {
        case (.exists, _): value != nil
        case (.doesNotExist, _): value == nil
        case (.isIn, .list(let items)): items.contains { isEqual(value, $0, subject) }
        case (.isNotIn, .list(let items)): !items.contains { isEqual(value, $0, subject) }
        case (.matches, .pattern(let pattern)): value.map(pattern.matches) ?? false
        case (.doesNotMatch, .pattern(let pattern)): !(value.map(pattern.matches) ?? false)
        case (.equals, .value(let item)): isEqual(value, item, subject)
        case (.notEquals, .value(let item)): !isEqual(value, item, subject)
        case (.greater, .value(let item)): order(value, item, subject).map { $0 > 0 } ?? false
        case (.greaterOrEqual, .value(let item)): order(value, item, subject).map { $0 >= 0 } ?? false
        case (.less, .value(let item)): order(value, item, subject).map { $0 < 0 } ?? false
        case (.lessOrEqual, .value(let item)): order(value, item, subject).map { $0 <= 0 } ?? false
        default: false
        }
    }

    private func compareGroups(_ groups: [String], _ comparison: QueryOperator, _ argument: QueryArgument) -> Bool {
        switch (comparison, argument) {
        case (.exists, _): !groups.isEmpty
        case (.doesNotExist, _): groups.isEmpty
        case (.equals, .value(let group)): groups.contains(group)
        case (.notEquals, .value(let group)): !groups.contains(group)
        case (.isIn, .list(let items)): groups.contains { items.contains($0) }
        case (.isNotIn, .list(let items)): !groups.contains { items.contains($0) }
        case (.matches, .pattern(let pattern)): groups.contains(where: pattern.matches)
        case (.doesNotMatch, .pattern(let pattern)): !groups.contains(where: pattern.matches)
        default: false
        }
    }

    /// Attributes are equal as texts: `1.10` is not `1.1`.
    private func isEqual(_ value: String?, _ argument: String, _ subject: QuerySubject) -> Bool {
        if case .attribute = subject { return value == argument }
        return order(value, argument, subject) == 0
    }

    /// Less than, equal to or greater than 0; nil when there is nothing to compare.
    private func order(_ value: String?, _ argument: String, _ subject: QuerySubject) -> Int? {
        guard let value else { return nil }
        switch subject {
        case .registeredAt:
            guard let left = Int64(value), let right = Timestamp(queryDate: argument)?.milliseconds else { return nil }
            return left < right ? -1 : left == right ? 0 : 1
        case .agentVersion: return compareVersions(value, argument)
        case .runningTasksCount: return compareNumbers(value, argument)
        case .attribute: return compareNumbers(value, argument) ?? compareTexts(value, argument)
        default: return compareTexts(value, argument)
        }
    }

    private func compareTexts(_ left: String, _ right: String) -> Int {
        left < right ? -1 : left == right ? 0 : 1
    }

    private func compareNumbers(_ left: String, _ right: String) -> Int? {
        guard let left = Double(left), let right = Double(right) else { return nil }
        return left < right ? -1 : left == right ? 0 : 1
    }
}

/// Compares dotted numbers component by component; a missing component is 0.
/// - Returns: -1, 0 or 1 for less, equal and greater.
package func compareVersions(_ left: String, _ right: String) -> Int {
    let left = left.split(separator: ".").map { Int($0) ?? 0 }
    let right = right.split(separator: ".").map { Int($0) ?? 0 }
    for index in 0..<max(left.count, right.count) {
        let (a, b) = (index < left.count ? left[index] : 0, index < right.count ? right[index] : 0)
        if a != b { return a < b ? -1 : 1 }
    }
    return 0
}
