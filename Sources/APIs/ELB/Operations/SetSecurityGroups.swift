import APIPipeline
import AWSModels
import AWSWire
import State

/// Replaces the security groups of a load balancer. A Network Load Balancer has them from the start or never.
/// Source: Elastic Load Balancing API Reference, SetSecurityGroups.
struct SetSecurityGroups: Operation {
    static let model = ELB.Operations.setSecurityGroups

    func access(
        _ input: ELB.SetSecurityGroupsInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.loadBalancerArn)
    }

    func perform(
        _ input: ELB.SetSecurityGroupsInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.SetSecurityGroupsOutput {
        var record = try tx.snapshot.loadBalancer(arn: input.loadBalancerArn)
        guard record.type == .application || !record.securityGroups.isEmpty else {
            throw .invalidConfigurationRequest(
                "Security groups cannot be set on a network load balancer that was created without any")
        }
        guard !input.securityGroups.isEmpty else {
            throw .invalidConfigurationRequest("At least one security group must be specified")
        }
        record.securityGroups = try SecurityGroupRules.checked(input.securityGroups, tx.snapshot)
        if let rules = input.enforceSecurityGroupInboundRulesOnPrivateLinkTraffic {
            guard record.type == .network else {
                throw .invalidConfigurationRequest("Rules for PrivateLink traffic are for network load balancers only")
            }
            record.privateLinkRules = rules.rawValue
        }
        tx.put(record)
        let privateLinkRules = record.privateLinkRules.flatMap {
            ELB.EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnum(rawValue: $0)
        }
        return ELB.SetSecurityGroupsOutput(
            securityGroupIds: record.securityGroups,
            enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: privateLinkRules)
    }
}
