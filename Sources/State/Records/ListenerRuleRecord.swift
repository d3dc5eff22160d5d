import AWSModels
import AWSWire

/// A rule of a listener: conditions, and what happens to requests that meet all of them.
package struct ListenerRuleRecord: Record {
    /// The listener's key: `app/NAME/ID/LISTENER`.
    package var listener = ""
    /// 16 hexadecimal digits.
    package var id = ""
    /// 1 to 50,000, unique in the listener. Smaller ones are looked at first.
    package var priority = 0
    /// With everything filled in, as DescribeRules shows them.
    package var conditions: [ELB.RuleCondition] = []
    /// With everything filled in, as DescribeRules shows them.
    package var actions: [ELB.Action] = []
    package var transforms: [ELB.RuleTransform] = []
    package var tags: [ELB.Tag] = []

    package init() {}

    package var key: Key<ListenerRuleRecord> { Key(listener, id) }

    /// The key of the rule with an ARN of this realm; nil for other ARNs. Default rules have no record.
    package static func key(arn: String, _ realm: Realm) -> Key<ListenerRuleRecord>? {
        realm.elasticLoadBalancingPath(arn, "listener-rule", components: 5).map { Key(path: $0) }
    }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { key.arn(realm) }

    package static let indexes = [
        IndexDefinition<ListenerRuleRecord>(.ruleByPriority) { "\($0.listener)/\(paddedPriority($0.priority))/" }
    ]

    package static let fields = FieldTable<ListenerRuleRecord>([
        .init("listener", \.listener),
        .init("id", \.id),
        .init("priority", \.priority),
        .init("conditions", \.conditions),
        .init("actions", \.actions),
        .init("transforms", \.transforms),
        .init("tags", \.tags),
    ])

    package static func derive(_ tables: inout Tables, _ old: Self?, _ new: Self?) {
        guard let path = old?.key.path ?? new?.key.path else { return }
        tables.derived.forward(from: path, old?.actions ?? [], new?.actions ?? [])
    }
}

extension Key where R == ListenerRuleRecord {
    /// The ARN of the rule.
    package func arn(_ realm: Realm) -> String { realm.arn("elasticloadbalancing", "listener-rule/\(path)") }

    /// The key of the listener: all but the last component.
    package var listener: Key<ListenerRecord> { Key<ListenerRecord>(path: parentPath(path)) }
}

/// A priority in five digits, so that the order of texts is the order of numbers.
package func paddedPriority(_ priority: Int) -> String {
    let digits = String(max(0, priority))
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
}
