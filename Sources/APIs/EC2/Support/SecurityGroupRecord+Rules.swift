import AWSModels
import AWSWire
import State

/// How rules come into a group and out of it again.
extension SecurityGroupRecord {
    /// The most rules of one direction.
    /// Source: Amazon VPC User Guide, Amazon VPC quotas (Inbound or outbound rules per security group).
    private static let maximumRules = 60

    /// Adds rules, each with an id.
    /// - Returns: the rules with their ids.
    /// - Throws: `InvalidPermission.Duplicate`, `RulesPerSecurityGroupLimitExceeded`.
    mutating func add(
        _ new: [EC2.SecurityGroupRule], _ tags: [EC2.Tag], _ realm: Realm, _ context: inout DecisionContext
    ) throws(WireError) -> [EC2.SecurityGroupRule] {
        var added: [EC2.SecurityGroupRule] = []
        for var rule in new {
            guard !rules.contains(where: { $0.means(rule) }) else {
                throw WireError(
                    code: "InvalidPermission.Duplicate", message: "the specified rule \"\(rule.shown)\" already exists")
            }
            let id = "sgr-" + context.random.hex(17)
            (rule.securityGroupRuleId, rule.tags) = (id, tags)
            rule.securityGroupRuleArn = realm.arn("ec2", "security-group-rule/\(id)")
            rules.append(rule)
            added.append(rule)
            guard rules.count(where: { $0.isEgress == rule.isEgress }) <= SecurityGroupRecord.maximumRules else {
                throw WireError(
                    code: "RulesPerSecurityGroupLimitExceeded",
                    message: "The maximum number of rules per security group has been reached.")
            }
        }
        return added
    }

    /// Removes the rules with some ids.
    /// - Throws: `InvalidSecurityGroupRuleId.NotFound`.
    mutating func remove(ids: [String], isEgress: Bool) throws(WireError) -> [EC2.SecurityGroupRule] {
        var removed: [EC2.SecurityGroupRule] = []
        for id in ids {
            let position = rules.firstIndex { $0.securityGroupRuleId == id && $0.isEgress == isEgress }
            guard let position else { throw .ruleIDNotFound(id) }
            removed.append(rules.remove(at: position))
        }
        return removed
    }

    /// Removes the rules that mean the same as others.
    /// - Throws: `InvalidPermission.NotFound`.
    mutating func remove(_ others: [EC2.SecurityGroupRule]) throws(WireError) -> [EC2.SecurityGroupRule] {
        var removed: [EC2.SecurityGroupRule] = []
        for other in others {
            guard let position = rules.firstIndex(where: { $0.means(other) }) else {
                throw WireError(
                    code: "InvalidPermission.NotFound",
                    message: "The specified rule does not exist in this security group.")
            }
            removed.append(rules.remove(at: position))
        }
        return removed
    }
}
