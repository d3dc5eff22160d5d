import APIPipeline
import AWSModels
import AWSWire
import State

/// Replaces the conditions, actions or transforms of a rule. What a request does not name stays.
/// Source: Elastic Load Balancing API Reference, ModifyRule.
struct ModifyRule: Operation {
    static let model = ELB.Operations.modifyRule

    func access(
        _ input: ELB.ModifyRuleInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.ruleArn)
    }

    func perform(
        _ input: ELB.ModifyRuleInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.ModifyRuleOutput {
        guard case .own(var record) = try tx.snapshot.rule(arn: input.ruleArn) else {
            throw .operationNotPermitted("Default rule '\(input.ruleArn)' cannot be modified")
        }
        guard let listener = tx.get(record.key.listener) else { throw .oneRuleNotFound }
        if let conditions = input.conditions { record.conditions = try ConditionRules.checked(conditions) }
        if let actions = input.actions {
            let rules = ActionRules(
                protocol: listener.protocol, loadBalancer: listener.loadBalancerKey, snapshot: tx.snapshot)
            record.actions = try rules.checked(actions)
        }
        if let transforms = input.transforms {
            guard input.resetTransforms != true else {
                throw .validationError("Transforms and ResetTransforms cannot be specified at the same time")
            }
            record.transforms = try TransformRules.checked(transforms)
        } else if input.resetTransforms == true {
            record.transforms = []
        }
        tx.put(record)
        return ELB.ModifyRuleOutput(rules: [ELB.Rule(record, tx.realm)])
    }
}
