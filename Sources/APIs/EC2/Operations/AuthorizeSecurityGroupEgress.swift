import APIPipeline
import AWSModels
import AWSWire
import State

/// Adds rules to a security group that let packets out.
/// Source: Amazon EC2 API Reference, AuthorizeSecurityGroupEgress.
struct AuthorizeSecurityGroupEgress: Operation {
    static let model = EC2.Operations.authorizeSecurityGroupEgress

    func access(
        _ input: EC2.AuthorizeSecurityGroupEgressRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let arn = SecurityGroupReference.arn(id: input.groupId, name: nil, tx.snapshot)
        return [AccessRequest("ec2:AuthorizeSecurityGroupEgress", arn)]
    }

    func perform(
        _ input: EC2.AuthorizeSecurityGroupEgressRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> EC2.AuthorizeSecurityGroupEgressResult {
        var group = try SecurityGroupReference.group(id: input.groupId, name: nil, tx.snapshot)
        let rules = try RuleRequest(group, isEgress: true, tx.snapshot).rules(
            input.ipPermissions,
            RuleRequest.Plain(
                ipProtocol: input.ipProtocol, fromPort: input.fromPort, toPort: input.toPort, cidrIp: input.cidrIp,
                sourceGroupName: input.sourceSecurityGroupName, sourceOwnerID: input.sourceSecurityGroupOwnerId))
        let tags = try TagRules.checked(input.tagSpecifications, for: "security-group-rule")
        let added = try group.add(rules, tags, tx.realm, &context)
        if input.dryRun == true { throw .dryRun }
        tx.put(group)
        return EC2.AuthorizeSecurityGroupEgressResult(return: true, securityGroupRules: added)
    }
}
