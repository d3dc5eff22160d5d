import APIPipeline
import AWSModels
import AWSWire
import State

/// Sets the type of addresses of a load balancer.
/// Source: Elastic Load Balancing API Reference, SetIpAddressType.
/// Seam: The region has IPv4 only: `dualstack` is refused, as ELB does in subnets without IPv6.
struct SetIpAddressType: Operation {
    static let model = ELB.Operations.setIpAddressType

    func access(
        _ input: ELB.SetIpAddressTypeInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.loadBalancerArn)
    }

    func perform(
        _ input: ELB.SetIpAddressTypeInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.SetIpAddressTypeOutput {
        let record = try tx.snapshot.loadBalancer(arn: input.loadBalancerArn)
        try AddressTypeRules.check(input.ipAddressType, record.scheme)
        return ELB.SetIpAddressTypeOutput(ipAddressType: record.ipAddressType)
    }
}
