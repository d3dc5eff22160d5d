import AWSModels
import State

extension EC2.SecurityGroup {
    /// A group as DescribeSecurityGroups shows it: rules of the same protocol and ports are one permission.
    init(_ group: SecurityGroupRecord, _ realm: Realm) {
        self.init(
            groupId: group.id,
            ipPermissionsEgress: EC2.IpPermission.permissions(group.rules.filter { $0.isEgress == true }),
            tags: group.tags, vpcId: group.vpcID, securityGroupArn: group.arn(realm), ownerId: realm.account,
            groupName: group.name, description: group.description,
            ipPermissions: EC2.IpPermission.permissions(group.rules.filter { $0.isEgress != true }))
    }
}

extension EC2.IpPermission {
    fileprivate static func permissions(_ rules: [EC2.SecurityGroupRule]) -> [EC2.IpPermission] {
        var permissions: [EC2.IpPermission] = []
        for rule in rules {
            let position = permissions.firstIndex {
                $0.ipProtocol == rule.ipProtocol && $0.fromPort == rule.visibleFromPort
                    && $0.toPort == rule.visibleToPort
            }
            if let position {
                permissions[position].add(rule)
            } else {
                var permission = EC2.IpPermission(
                    ipProtocol: rule.ipProtocol, fromPort: rule.visibleFromPort, toPort: rule.visibleToPort,
                    userIdGroupPairs: [], ipRanges: [], ipv6Ranges: [], prefixListIds: [])
                permission.add(rule)
                permissions.append(permission)
            }
        }
        return permissions
    }

    private mutating func add(_ rule: EC2.SecurityGroupRule) {
        if let cidr = rule.cidrIpv4 {
            ipRanges?.append(EC2.IpRange(description: rule.description, cidrIp: cidr))
        } else if let cidr = rule.cidrIpv6 {
            ipv6Ranges?.append(EC2.Ipv6Range(description: rule.description, cidrIpv6: cidr))
        } else if let other = rule.referencedGroupInfo {
            userIdGroupPairs?.append(
                EC2.UserIdGroupPair(description: rule.description, userId: other.userId, groupId: other.groupId))
        }
    }
}

extension EC2.SecurityGroupRule {
    // A permission for all protocols has no ports.
    fileprivate var visibleFromPort: Int? { ipProtocol == "-1" ? nil : fromPort }
    fileprivate var visibleToPort: Int? { ipProtocol == "-1" ? nil : toPort }
}

extension EC2.RevokedSecurityGroupRule {
    /// A rule that was revoked.
    init(_ rule: EC2.SecurityGroupRule) {
        self.init(
            securityGroupRuleId: rule.securityGroupRuleId, groupId: rule.groupId, isEgress: rule.isEgress,
            ipProtocol: rule.ipProtocol, fromPort: rule.fromPort, toPort: rule.toPort, cidrIpv4: rule.cidrIpv4,
            cidrIpv6: rule.cidrIpv6, referencedGroupId: rule.referencedGroupInfo?.groupId,
            description: rule.description)
    }
}
