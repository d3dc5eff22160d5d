import APIPipeline
import AWSModels
import AWSWire
import State

/// Gives rules of a listener other priorities, all at once: two may change places.
/// Source: Elastic Load Balancing API Reference, SetRulePriorities.
struct SetRulePriorities: Operation {
    static let model = ELB.Operations.setRulePriorities

    func access(
        _ input: ELB.SetRulePrioritiesInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        input.rulePriorities.flatMap { permission($0.ruleArn ?? "*") }
    }

    func perform(
        _ input: ELB.SetRulePrioritiesInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.SetRulePrioritiesOutput {
        guard !input.rulePriorities.isEmpty else { throw .validationError("At least one rule must be specified") }
        var records: [ListenerRuleRecord] = []
        for pair in input.rulePriorities {
            guard let arn = pair.ruleArn, let priority = pair.priority else {
                throw .validationError("A rule ARN and a priority must be specified")
            }
            guard case .own(var record) = try tx.snapshot.rule(arn: arn) else {
                throw .operationNotPermitted("The priority of default rule '\(arn)' cannot be set")
            }
            record.priority = priority
            records.append(record)
        }
        guard Set(records.map(\.listener)).count == 1, Set(records.map(\.id)).count == records.count else {
            throw .validationError("The rules must be different ones of the same listener")
        }
        for record in records { tx.put(record) }
        for record in records {
            let prefix = "\(record.listener)/\(paddedPriority(record.priority))/"
            guard tx.snapshot.count(ListenerRuleRecord.self, .ruleByPriority, prefix: prefix) == 1 else {
                throw .priorityInUse("Priority '\(record.priority)' is currently in use")
            }
        }
        return ELB.SetRulePrioritiesOutput(rules: records.map { ELB.Rule($0, tx.realm) })
    }
}
