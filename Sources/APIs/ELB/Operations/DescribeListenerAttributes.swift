import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes every attribute of a listener, also those that were never set.
/// Source: Elastic Load Balancing API Reference, DescribeListenerAttributes.
struct DescribeListenerAttributes: ReadOperation {
    static let model = ELB.Operations.describeListenerAttributes

    func access(
        _ input: ELB.DescribeListenerAttributesInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.listenerArn)
    }

    func read(
        _ input: ELB.DescribeListenerAttributesInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeListenerAttributesOutput {
        let record = try snapshot.listener(arn: input.listenerArn)
        return ELB.DescribeListenerAttributesOutput(
            attributes: record.attributeTable.all(record.attributes).map {
                ELB.ListenerAttribute(key: $0.key, value: $0.value)
            })
    }
}
