import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes security groups.
/// Source: Amazon EC2 API Reference, DescribeSecurityGroups.
struct DescribeSecurityGroups: ReadOperation {
    static let model = EC2.Operations.describeSecurityGroups

    func access(
        _ input: EC2.DescribeSecurityGroupsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ec2:DescribeSecurityGroups", "*")]
    }

    func read(
        _ input: EC2.DescribeSecurityGroupsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> EC2.DescribeSecurityGroupsResult {
        if input.dryRun == true { throw .dryRun }
        let filters = try Filters(input.filters, GroupFilters.names)
        var groups = try Pages.named(snapshot.securityGroups, input.groupIds, \.id, WireError.groupNotFound)
        groups = try Pages.named(groups, input.groupNames, \.name, WireError.groupNotFound)
        let found = groups.filter { group in
            filters.admit(group.tags) { GroupFilters.values($0, of: group, snapshot.realm) }
        }
        let page = try Pages.page(found, token: input.nextToken, maxResults: input.maxResults, name: \.id)
        return EC2.DescribeSecurityGroupsResult(
            nextToken: page.nextToken, securityGroups: page.items.map { EC2.SecurityGroup($0, snapshot.realm) })
    }
}

/// The filters of DescribeSecurityGroups.
private enum GroupFilters {
    static let names: Set<String> = [
        "description", "egress.ip-permission.cidr", "egress.ip-permission.from-port", "egress.ip-permission.group-id",
        "egress.ip-permission.protocol", "egress.ip-permission.to-port", "group-id", "group-name",
        "ip-permission.cidr", "ip-permission.from-port", "ip-permission.group-id", "ip-permission.protocol",
        "ip-permission.to-port", "owner-id", "vpc-id",
    ]

    static func values(_ name: String, of group: SecurityGroupRecord, _ realm: Realm) -> [String] {
        switch name {
        case "description": return [group.description]
        case "group-id": return [group.id]
        case "group-name": return [group.name]
        case "owner-id": return [realm.account]
        case "vpc-id": return [group.vpcID]
        default:
            let isEgress = name.hasPrefix("egress.")
            return group.rules.filter { $0.isEgress == isEgress }.compactMap { rule in
                switch name.split(separator: ".").last {
                case "cidr": rule.cidrIpv4
                case "from-port": rule.fromPort.map(String.init)
                case "to-port": rule.toPort.map(String.init)
                case "group-id": rule.referencedGroupInfo?.groupId
                default: rule.ipProtocol
                }
            }
        }
    }
}
