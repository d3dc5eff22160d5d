import APIPipeline
import AWSModels
import AWSWire
import State

/// Removes rules of a security group that let packets out.
/// Source: Amazon EC2 API Reference, RevokeSecurityGroupEgress.
struct RevokeSecurityGroupEgress: Operation {
    static let model = EC2.Operations.revokeSecurityGroupEgress

    func access(
        _ input: EC2.RevokeSecurityGroupEgressRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let arn = SecurityGroupReference.arn(id: input.groupId, name: nil, tx.snapshot)
        return [AccessRequest("ec2:RevokeSecurityGroupEgress", arn)]
    }

    func perform(
        _ input: EC2.RevokeSecurityGroupEgressRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> EC2.RevokeSecurityGroupEgressResult {
        var group = try SecurityGroupReference.group(id: input.groupId, name: nil, tx.snapshot)
        let removed: [EC2.SecurityGroupRule]
        if let ids = input.securityGroupRuleIds, !ids.isEmpty {
            removed = try group.remove(ids: ids, isEgress: true)
        } else {
            let rules = try RuleRequest(group, isEgress: true, tx.snapshot).rules(
                input.ipPermissions,
                RuleRequest.Plain(
                    ipProtocol: input.ipProtocol, fromPort: input.fromPort, toPort: input.toPort,
                    cidrIp: input.cidrIp, sourceGroupName: input.sourceSecurityGroupName,
                    sourceOwnerID: input.sourceSecurityGroupOwnerId))
            removed = try group.remove(rules)
        }
        if input.dryRun == true { throw .dryRun }
        tx.put(group)
        return EC2.RevokeSecurityGroupEgressResult(
            return: true, unknownIpPermissions: [],
            revokedSecurityGroupRules: removed.map(EC2.RevokedSecurityGroupRule.init))
    }
}
