import APIPipeline
import AWSModels
import AWSWire
import State

/// Replaces the subnets, and with them the zones, of a load balancer.
/// Source: Elastic Load Balancing API Reference, SetSubnets.
struct SetSubnets: Operation {
    static let model = ELB.Operations.setSubnets

    func access(
        _ input: ELB.SetSubnetsInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.loadBalancerArn)
    }

    func perform(
        _ input: ELB.SetSubnetsInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.SetSubnetsOutput {
        var record = try tx.snapshot.loadBalancer(arn: input.loadBalancerArn)
        try AddressTypeRules.check(input.ipAddressType ?? .ipv4, record.scheme)
        if input.enablePrefixForIpv6SourceNat == .on { throw .notAvailable("IPv6 prefixes for source NAT are") }
        let rules = SubnetRules(record.type, record.scheme, tx.snapshot)
        record.subnets = try rules.checked(input.subnets, input.subnetMappings)
        tx.put(record)
        return ELB.SetSubnetsOutput(
            availabilityZones: record.zones, ipAddressType: record.ipAddressType,
            enablePrefixForIpv6SourceNat: record.type == .network ? .off : nil)
    }
}
