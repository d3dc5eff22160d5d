import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes rules of security groups.
/// Source: Amazon EC2 API Reference, DescribeSecurityGroupRules.
struct DescribeSecurityGroupRules: ReadOperation {
    static let model = EC2.Operations.describeSecurityGroupRules

    func access(
        _ input: EC2.DescribeSecurityGroupRulesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ec2:DescribeSecurityGroupRules", "*")]
    }

    func read(
        _ input: EC2.DescribeSecurityGroupRulesRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> EC2.DescribeSecurityGroupRulesResult {
        if input.dryRun == true { throw .dryRun }
        let filters = try Filters(input.filters, ["group-id", "security-group-rule-id"])
        let all = snapshot.securityGroups.flatMap(\.rules)
            .sorted { ($0.securityGroupRuleId ?? "") < ($1.securityGroupRuleId ?? "") }
        let named = try Pages.named(
            all, input.securityGroupRuleIds, { $0.securityGroupRuleId ?? "" }, WireError.ruleIDNotFound)
        let found = named.filter { rule in
            filters.admit(rule.tags ?? []) { [($0 == "group-id" ? rule.groupId : rule.securityGroupRuleId) ?? ""] }
        }
        let page = try Pages.page(found, token: input.nextToken, maxResults: input.maxResults) {
            $0.securityGroupRuleId ?? ""
        }
        return EC2.DescribeSecurityGroupRulesResult(securityGroupRules: page.items, nextToken: page.nextToken)
    }
}
