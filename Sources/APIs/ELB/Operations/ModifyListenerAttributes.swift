import APIPipeline
import AWSModels
import AWSWire
import State

/// Sets attributes of a listener, and answers with all of them.
/// Source: Elastic Load Balancing API Reference, ModifyListenerAttributes.
struct ModifyListenerAttributes: Operation {
    static let model = ELB.Operations.modifyListenerAttributes

    func access(
        _ input: ELB.ModifyListenerAttributesInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.listenerArn)
    }

    func perform(
        _ input: ELB.ModifyListenerAttributesInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.ModifyListenerAttributesOutput {
        var record = try tx.snapshot.listener(arn: input.listenerArn)
        let table = record.attributeTable
        let new = try AttributeRules.checked(
            input.attributes.map { ($0.key, $0.value) }, table, "Listener",
            others: [.listener(.https), .listener(.tcp)])
        record.attributes = table.setting(new, in: record.attributes)
        tx.put(record)
        return ELB.ModifyListenerAttributesOutput(
            attributes: table.all(record.attributes).map { ELB.ListenerAttribute(key: $0.key, value: $0.value) })
    }
}
