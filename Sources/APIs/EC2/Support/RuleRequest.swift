import AWSModels
import AWSWire
import State

/// The rules that an Authorize or Revoke request means: one for each source of each permission.
struct RuleRequest {
    private let group: SecurityGroupRecord
    private let isEgress: Bool
    private let snapshot: Snapshot

    init(_ group: SecurityGroupRecord, isEgress: Bool, _ snapshot: Snapshot) {
        self.group = group
        self.isEgress = isEgress
        self.snapshot = snapshot
    }

    /// The old form of a request: one permission beside the list.
    struct Plain {
        var ipProtocol: String?
        var fromPort: Int?
        var toPort: Int?
        var cidrIp: String?
        var sourceGroupName: String?
        var sourceOwnerID: String?
    }

    /// The rules, without ids.
    /// - Throws: `InvalidParameterValue`, `MissingParameter` or `InvalidGroup.NotFound`.
    func rules(_ permissions: [EC2.IpPermission]?, _ plain: Plain) throws(WireError) -> [EC2.SecurityGroupRule] {
        var rules: [EC2.SecurityGroupRule] = []
        for permission in try allPermissions(permissions ?? [], plain) { rules += try self.rules(of: permission) }
        guard !rules.isEmpty else {
            throw .missingParameter("The request must contain the parameter ipPermissions with a source or destination")
        }
        return rules
    }

    private func allPermissions(
        _ permissions: [EC2.IpPermission], _ plain: Plain
    ) throws(WireError) -> [EC2.IpPermission] {
        guard plain.ipProtocol != nil || plain.cidrIp != nil || plain.sourceGroupName != nil else { return permissions }
        guard permissions.isEmpty else {
            throw .invalidParameterCombination("The parameter 'ipPermissions' may not be used with 'ipProtocol'.")
        }
        var permission = EC2.IpPermission(
            ipProtocol: plain.ipProtocol ?? (plain.sourceGroupName == nil ? nil : "-1"), fromPort: plain.fromPort,
            toPort: plain.toPort)
        permission.ipRanges = plain.cidrIp.map { [EC2.IpRange(cidrIp: $0)] }
        permission.userIdGroupPairs = plain.sourceGroupName.map {
            [EC2.UserIdGroupPair(userId: plain.sourceOwnerID, groupName: $0)]
        }
        return [permission]
    }

    private func rules(of permission: EC2.IpPermission) throws(WireError) -> [EC2.SecurityGroupRule] {
        let name = try protocolName(permission.ipProtocol)
        let (from, to) = try ports(permission, name)
        var base = EC2.SecurityGroupRule(
            groupId: group.id, groupOwnerId: snapshot.realm.account, isEgress: isEgress, ipProtocol: name,
            fromPort: from, toPort: to)
        var rules: [EC2.SecurityGroupRule] = []
        for range in permission.ipRanges ?? [] {
            (base.cidrIpv4, base.description) = (try cidr(range.cidrIp), try description(range.description))
            rules.append(base)
        }
        base.cidrIpv4 = nil
        for range in permission.ipv6Ranges ?? [] {
            (base.cidrIpv6, base.description) = (try cidr6(range.cidrIpv6), try description(range.description))
            rules.append(base)
        }
        base.cidrIpv6 = nil
        for pair in permission.userIdGroupPairs ?? [] {
            // Groups of other accounts are not known here.
            guard [nil, snapshot.realm.account].contains(pair.userId) else {
                throw .groupNotFound(pair.groupId ?? pair.groupName ?? "")
            }
            let other = try SecurityGroupReference.group(id: pair.groupId, name: pair.groupName, snapshot)
            base.referencedGroupInfo = EC2.ReferencedSecurityGroup(groupId: other.id, userId: snapshot.realm.account)
            base.description = try description(pair.description)
            rules.append(base)
        }
        if let list = permission.prefixListIds?.first?.prefixListId {
            throw WireError(
                code: "InvalidPrefixListID.NotFound", message: "The prefix list ID '\(list)' does not exist")
        }
        return rules
    }

    /// Numbers of protocols that have names are shown by their names.
    private func protocolName(_ text: String?) throws(WireError) -> String {
        guard let text else { throw .missingParameter("The request must contain the parameter ipProtocol") }
        switch text.lowercased() {
        case "tcp", "6": return "tcp"
        case "udp", "17": return "udp"
        case "icmp", "1": return "icmp"
        case "icmpv6", "58": return "icmpv6"
        case "-1", "all": return "-1"
        default:
            guard let number = UInt8(text) else {
                throw .invalidParameterValue("Invalid value '\(text)' for IP protocol. Unknown protocol.")
            }
            return String(number)
        }
    }

    private func ports(_ permission: EC2.IpPermission, _ name: String) throws(WireError) -> (from: Int, to: Int) {
        switch name {
        case "tcp", "udp":
            guard let from = permission.fromPort, let to = permission.toPort else {
                throw .invalidParameterValue(
                    "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.")
            }
            guard (0...65_535).contains(from), (0...65_535).contains(to) else {
                throw .invalidParameterValue("TCP/UDP port (\((0...65_535).contains(from) ? to : from)) out of range")
            }
            guard from <= to else {
                throw .invalidParameterValue("Invalid TCP/UDP port range (\(from):\(to))")
            }
            return (from, to)
        case "icmp", "icmpv6":
            let (type, code) = (permission.fromPort ?? -1, permission.toPort ?? -1)
            guard (-1...255).contains(type), (-1...255).contains(code) else {
                throw .invalidParameterValue("ICMP type (\(type)) or code (\(code)) out of range")
            }
            return (type, code)
        default: return (-1, -1)
        }
    }

    /// Bits behind the prefix are cleared, as EC2 does it.
    private func cidr(_ text: String?) throws(WireError) -> String {
        guard let range = IPv4Range(text ?? "") else {
            throw .invalidParameterValue("CIDR block \(text ?? "") is malformed")
        }
        return "\(range.network)/\(range.prefixLength)"
    }

    private func cidr6(_ text: String?) throws(WireError) -> String {
        let parts = (text ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, IPv6Address.isValid(parts[0]), let length = Int(parts[1]), (0...128).contains(length)
        else { throw .invalidParameterValue("CIDR block \(text ?? "") is malformed") }
        return text ?? ""
    }

    private func description(_ text: String?) throws(WireError) -> String? {
        guard let text, !text.isEmpty else { return nil }
        let marks = Set(" ._-:/()#,@[]+=&;{}!$*")
        guard text.count <= 255, text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) || marks.contains($0) })
        else {
            throw .invalidParameterValue(
                "Invalid rule description. Valid descriptions are strings less than 256 characters from the following "
                    + "set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*")
        }
        return text
    }
}

extension EC2.SecurityGroupRule {
    /// Whether both let the same packets through.
    func means(_ other: EC2.SecurityGroupRule) -> Bool {
        isEgress == other.isEgress && ipProtocol == other.ipProtocol && fromPort == other.fromPort
            && toPort == other.toPort && cidrIpv4 == other.cidrIpv4 && cidrIpv6 == other.cidrIpv6
            && referencedGroupInfo?.groupId == other.referencedGroupInfo?.groupId
    }

    /// The rule as EC2's messages show it.
    var shown: String {
        let peer = cidrIpv4 ?? cidrIpv6 ?? referencedGroupInfo?.groupId ?? ""
        let name = ipProtocol == "-1" ? "ALL" : (ipProtocol ?? "").uppercased()
        guard ipProtocol != "-1" else { return "peer: \(peer), \(name), ALLOW" }
        return "peer: \(peer), \(name), from port: \(fromPort ?? -1), to port: \(toPort ?? -1), ALLOW"
    }
}
