import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes every attribute of a target group, also those that were never set.
/// Source: Elastic Load Balancing API Reference, DescribeTargetGroupAttributes.
struct DescribeTargetGroupAttributes: ReadOperation {
    static let model = ELB.Operations.describeTargetGroupAttributes

    func access(
        _ input: ELB.DescribeTargetGroupAttributesInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.targetGroupArn)
    }

    func read(
        _ input: ELB.DescribeTargetGroupAttributesInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeTargetGroupAttributesOutput {
        let record = try snapshot.targetGroup(arn: input.targetGroupArn)
        return ELB.DescribeTargetGroupAttributesOutput(
            attributes: record.attributeTable.all(record.attributes).map {
                ELB.TargetGroupAttribute(key: $0.key, value: $0.value)
            })
    }
}
