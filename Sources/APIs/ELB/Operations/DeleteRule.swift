import APIPipeline
import AWSModels
import AWSWire
import State

/// Deletes a rule. The default rule of a listener goes with the listener only.
/// Source: Elastic Load Balancing API Reference, DeleteRule.
struct DeleteRule: Operation {
    static let model = ELB.Operations.deleteRule

    func access(
        _ input: ELB.DeleteRuleInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.ruleArn)
    }

    func perform(
        _ input: ELB.DeleteRuleInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.DeleteRuleOutput {
        guard case .own(let record) = try tx.snapshot.rule(arn: input.ruleArn) else {
            throw .operationNotPermitted("Default rule '\(input.ruleArn)' cannot be deleted")
        }
        tx.delete(record.key)
        return ELB.DeleteRuleOutput()
    }
}
