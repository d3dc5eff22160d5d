import APIPipeline
import AWSModels
import AWSWire
import State

/// Sets attributes of a target group, and answers with all of them.
/// Source: Elastic Load Balancing API Reference, ModifyTargetGroupAttributes.
struct ModifyTargetGroupAttributes: Operation {
    static let model = ELB.Operations.modifyTargetGroupAttributes

    func access(
        _ input: ELB.ModifyTargetGroupAttributesInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.targetGroupArn)
    }

    func perform(
        _ input: ELB.ModifyTargetGroupAttributesInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.ModifyTargetGroupAttributesOutput {
        var record = try tx.snapshot.targetGroup(arn: input.targetGroupArn)
        let table = record.attributeTable
        let new = try AttributeRules.checked(
            input.attributes.map { ($0.key, $0.value) }, table, "Target group",
            others: [.targetGroup(.http, .ip), .targetGroup(.tcp, .ip)])
        record.attributes = table.setting(new, in: record.attributes)
        try AttributeRules.check(record)
        tx.put(record)
        return ELB.ModifyTargetGroupAttributesOutput(
            attributes: table.all(record.attributes).map { ELB.TargetGroupAttribute(key: $0.key, value: $0.value) })
    }
}
