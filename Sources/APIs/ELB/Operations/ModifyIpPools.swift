import APIPipeline
import AWSModels
import AWSWire
import State

/// Sets the address pools of a load balancer.
/// Source: Elastic Load Balancing API Reference, ModifyIpPools.
/// Seam: There are no address pools: only removing one that is not there succeeds.
struct ModifyIpPools: Operation {
    static let model = ELB.Operations.modifyIpPools

    func access(
        _ input: ELB.ModifyIpPoolsInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.loadBalancerArn)
    }

    func perform(
        _ input: ELB.ModifyIpPoolsInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.ModifyIpPoolsOutput {
        _ = try tx.snapshot.loadBalancer(arn: input.loadBalancerArn)
        guard input.ipamPools == nil else { throw .notAvailable("IPAM pools are") }
        return ELB.ModifyIpPoolsOutput()
    }
}
