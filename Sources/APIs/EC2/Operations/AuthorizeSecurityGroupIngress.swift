import APIPipeline
import AWSModels
import AWSWire
import State

/// Adds rules to a security group that let packets in.
/// Source: Amazon EC2 API Reference, AuthorizeSecurityGroupIngress.
struct AuthorizeSecurityGroupIngress: Operation {
    static let model = EC2.Operations.authorizeSecurityGroupIngress

    func access(
        _ input: EC2.AuthorizeSecurityGroupIngressRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let arn = SecurityGroupReference.arn(id: input.groupId, name: input.groupName, tx.snapshot)
        return [AccessRequest("ec2:AuthorizeSecurityGroupIngress", arn)]
    }

    func perform(
        _ input: EC2.AuthorizeSecurityGroupIngressRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> EC2.AuthorizeSecurityGroupIngressResult {
        var group = try SecurityGroupReference.group(id: input.groupId, name: input.groupName, tx.snapshot)
        let rules = try RuleRequest(group, isEgress: false, tx.snapshot).rules(
            input.ipPermissions,
            RuleRequest.Plain(
                ipProtocol: input.ipProtocol, fromPort: input.fromPort, toPort: input.toPort, cidrIp: input.cidrIp,
                sourceGroupName: input.sourceSecurityGroupName, sourceOwnerID: input.sourceSecurityGroupOwnerId))
        let tags = try TagRules.checked(input.tagSpecifications, for: "security-group-rule")
        let added = try group.add(rules, tags, tx.realm, &context)
        if input.dryRun == true { throw .dryRun }
        tx.put(group)
        return EC2.AuthorizeSecurityGroupIngressResult(return: true, securityGroupRules: added)
    }
}
