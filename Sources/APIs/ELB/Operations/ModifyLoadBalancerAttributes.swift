import APIPipeline
import AWSModels
import AWSWire
import State

/// Sets attributes of a load balancer, and answers with all of them.
/// Source: Elastic Load Balancing API Reference, ModifyLoadBalancerAttributes.
struct ModifyLoadBalancerAttributes: Operation {
    static let model = ELB.Operations.modifyLoadBalancerAttributes

    func access(
        _ input: ELB.ModifyLoadBalancerAttributesInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.loadBalancerArn)
    }

    func perform(
        _ input: ELB.ModifyLoadBalancerAttributesInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.ModifyLoadBalancerAttributesOutput {
        var record = try tx.snapshot.loadBalancer(arn: input.loadBalancerArn)
        let table = record.attributeTable
        let new = try AttributeRules.checked(
            input.attributes.map { ($0.key, $0.value) }, table, "Load balancer",
            others: [.loadBalancer(.application, .internal), .loadBalancer(.network, .internal)])
        record.attributes = table.setting(new, in: record.attributes)
        try AttributeRules.check(record)
        tx.put(record)
        return ELB.ModifyLoadBalancerAttributesOutput(
            attributes: table.all(record.attributes).map { ELB.LoadBalancerAttribute(key: $0.key, value: $0.value) })
    }
}
