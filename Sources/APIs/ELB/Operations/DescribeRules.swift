import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes rules: those named, or those of a listener in the order they are looked at, the default one last.
/// Source: Elastic Load Balancing API Reference, DescribeRules.
struct DescribeRules: ReadOperation {
    static let model = ELB.Operations.describeRules

    func access(
        _ input: ELB.DescribeRulesInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission("*")
    }

    func read(
        _ input: ELB.DescribeRulesInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeRulesOutput {
        let paging = try Paging(marker: input.marker, pageSize: input.pageSize)
        let arns = input.ruleArns ?? []
        guard arns.isEmpty != (input.listenerArn == nil) else {
            throw .validationError("You must specify either listener rule ARNs or a listener ARN")
        }
        try checkCount(arns.count, "RuleArns", maximum: 100)
        var found: [ELB.Rule] = []
        for arn in arns {
            switch try snapshot.rule(arn: arn) {
            case .own(let record): found.append(ELB.Rule(record, snapshot.realm))
            case .isDefault(let listener): found.append(ELB.Rule(defaultOf: listener, snapshot.realm))
            }
        }
        if let arn = input.listenerArn { found = snapshot.rules(of: try snapshot.listener(arn: arn)) }
        // Five digits for a priority, so that the default rule stands behind all.
        let named = found.enumerated().map { index, rule in
            (
                name: arns.isEmpty
                    ? rule.priority.flatMap(Int.init).map(paddedPriority) ?? "default" : paddedPriority(index),
                rule: rule
            )
        }
        let page = paging.page(of: named) { $0.name }
        return ELB.DescribeRulesOutput(rules: page.items.map(\.rule), nextMarker: page.nextToken)
    }
}
