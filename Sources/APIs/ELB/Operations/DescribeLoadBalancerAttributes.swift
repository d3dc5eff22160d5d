import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes every attribute of a load balancer, also those that were never set.
/// Source: Elastic Load Balancing API Reference, DescribeLoadBalancerAttributes.
struct DescribeLoadBalancerAttributes: ReadOperation {
    static let model = ELB.Operations.describeLoadBalancerAttributes

    func access(
        _ input: ELB.DescribeLoadBalancerAttributesInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.loadBalancerArn)
    }

    func read(
        _ input: ELB.DescribeLoadBalancerAttributesInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeLoadBalancerAttributesOutput {
        let record = try snapshot.loadBalancer(arn: input.loadBalancerArn)
        return ELB.DescribeLoadBalancerAttributesOutput(
            attributes: record.attributeTable.all(record.attributes).map {
                ELB.LoadBalancerAttribute(key: $0.key, value: $0.value)
            })
    }
}
