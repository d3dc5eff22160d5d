import APIPipeline
import AWSModels
import AWSWire
import State

/// Deletes a listener with its rules.
/// Source: Elastic Load Balancing API Reference, DeleteListener.
struct DeleteListener: Operation {
    static let model = ELB.Operations.deleteListener

    func access(
        _ input: ELB.DeleteListenerInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.listenerArn)
    }

    func perform(
        _ input: ELB.DeleteListenerInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.DeleteListenerOutput {
        let record = try tx.snapshot.listener(arn: input.listenerArn)
        for rule in tx.snapshot.list(ListenerRuleRecord.self, prefix: record.key.path + "/") { tx.delete(rule.key) }
        tx.delete(record.key)
        return ELB.DeleteListenerOutput()
    }
}
