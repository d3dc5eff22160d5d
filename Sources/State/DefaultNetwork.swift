import AWSModels
import AWSWire

/// The default VPC of the region: it has one subnet in each zone, and a security group. All of them exist from the
/// start, and their ids follow from account and region, so nothing of it is stored.
/// Source: Amazon VPC User Guide, Default VPC components.
package struct DefaultNetwork: Sendable {
    private let realm: Realm

    package init(_ realm: Realm) {
        self.realm = realm
    }

    /// The addresses of the VPC.
    package static let vpcCIDR = "172.31.0.0/16"
    /// How many subnets of 4,096 addresses (`/20`) the VPC has room for.
    package static let maximumSubnets = 16

    /// `vpc-` and 17 hexadecimal digits.
    package var vpcID: String { "vpc-0" + digits("vpc") }

    /// The id of the security group `default`.
    package var securityGroupID: String { "sg-0" + digits("default") }

    /// The id of the subnet in a zone, whether or not the region has that zone.
    package func subnetID(in zone: String) -> String { "subnet-0" + digits(zone) }

    /// The zone a subnet is in; nil for a subnet that is none of the VPC's.
    package func zone(ofSubnet id: String) -> String? {
        DefaultNetwork.letters.lazy.map(zone).first { subnetID(in: $0) == id }
    }

    /// The addresses of the subnet in a zone, for example `172.31.16.0/20` in `us-east-1b`; nil when the VPC has no
    /// subnet there.
    package func subnetCIDR(in zone: String) -> String? {
        guard let number = number(of: zone) else { return nil }
        return "172.31.\(number * 16).0/20"
    }

    /// The same as a range; nil when the VPC has no subnet there.
    package func subnetRange(in zone: String) -> IPv4Range? { subnetCIDR(in: zone).flatMap { IPv4Range($0) } }

    /// The address and prefix length of the router that is the gateway of an address's subnet: its first address.
    /// Source: Amazon VPC User Guide, Subnet CIDR blocks.
    package func gateway(of address: String) -> String? {
        guard let range = IPv4Address(address).flatMap({ zone(of: $0) }).flatMap({ subnetRange(in: $0) })
        else { return nil }
        return "\(IPv4Address(bits: range.network.bits + 1))/\(range.prefixLength)"
    }

    /// The domain of host names: `ec2.internal` in `us-east-1`.
    /// Source: Amazon VPC User Guide, DNS attributes for your VPC.
    package var domain: String { realm.region == "us-east-1" ? "ec2.internal" : "\(realm.region).compute.internal" }

    /// The name of the host with an address.
    /// Source: Amazon EC2 User Guide, EC2 instance hostnames and domains (IP name).
    package func privateDNSName(of address: String) -> String {
        "ip-\(address.split(separator: ".").joined(separator: "-")).\(domain)"
    }

    /// How many addresses of a subnet interfaces can have: the first four and the last one are reserved.
    /// Source: Amazon VPC User Guide, Subnet CIDR blocks.
    package static let usableAddresses: UInt32 = 4_096 - 5

    /// The zone whose subnet an address is in; nil for an address outside the VPC.
    package func zone(of address: IPv4Address) -> String? {
        guard address.bits >> 16 == 172 << 8 | 31 else { return nil }
        return zone(DefaultNetwork.letters[Int(address.bits >> 12 & 15)])
    }

    /// The zones of the region, in order: `a`, `b` and `c`, and those its instances and its balancer nodes are in.
    package func zones(in snapshot: Snapshot) -> [String] {
        var zones = Set(["a", "b", "c"].map { zone($0) })
        snapshot.table(BalancerNodeRecord.self).forEach(prefix: "") { node in
            if number(of: node.zone) != nil { zones.insert(node.zone) }
            return true
        }
        snapshot.table(ContainerInstanceRecord.self).forEach(prefix: "") { instance in
            if instance.status != .inactive, let zone = instance.availabilityZone, number(of: zone) != nil {
                zones.insert(zone)
            }
            return true
        }
        return zones.sorted()
    }

    /// The id of a zone, which is the same in every account: `use1-az1` for `us-east-1a`.
    package func zoneID(_ zone: String) -> String {
        let parts = realm.region.split(separator: "-").map(String.init)
        let short = (parts.first ?? "") + (parts.dropFirst().first?.prefix(1) ?? "") + (parts.last ?? "")
        return "\(short)-az\((number(of: zone) ?? 0) + 1)"
    }

    /// The security group `default` as it is before anybody changes it: everything from itself, everything out.
    /// Source: Amazon VPC User Guide, Default security groups for your VPCs.
    package var securityGroup: SecurityGroupRecord {
        var group = SecurityGroupRecord()
        group.id = securityGroupID
        group.name = "default"
        group.description = "default VPC security group"
        group.vpcID = vpcID
        var ingress = EC2.SecurityGroupRule(
            securityGroupRuleId: "sgr-0" + digits("ingress"), groupId: group.id, groupOwnerId: realm.account,
            isEgress: false, ipProtocol: "-1", fromPort: -1, toPort: -1)
        ingress.referencedGroupInfo = EC2.ReferencedSecurityGroup(groupId: group.id, userId: realm.account)
        group.rules = [ingress, .allTraffic("sgr-0" + digits("egress"), of: group.id, realm)]
        return group
    }

    private static let letters = "abcdefghijklmnopqrstuvwxyz".map { String($0) }

    private func zone(_ letter: String) -> String { realm.region + letter }

    /// The place of a zone's subnet in the VPC; nil when there is none.
    private func number(of zone: String) -> Int? {
        DefaultNetwork.letters.prefix(DefaultNetwork.maximumSubnets).firstIndex { self.zone($0) == zone }
    }

    private func digits(_ name: String) -> String {
        let digits = String(DefaultNetwork.hash("\(realm.account)/\(realm.region)/\(name)"), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// FNV-1a with 64 bits: the same everywhere and for ever.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

extension EC2.SecurityGroupRule {
    /// The rule that lets everything out, which every new group has.
    /// - Parameter id: `sgr-` and 17 hexadecimal digits.
    package static func allTraffic(_ id: String, of group: String, _ realm: Realm) -> EC2.SecurityGroupRule {
        EC2.SecurityGroupRule(
            securityGroupRuleId: id, groupId: group, groupOwnerId: realm.account, isEgress: true, ipProtocol: "-1",
            fromPort: -1, toPort: -1, cidrIpv4: "0.0.0.0/0")
    }
}

extension Snapshot {
    /// The security groups of the region, the default one among them, in the order of their ids.
    package var securityGroups: [SecurityGroupRecord] {
        let stored = list(SecurityGroupRecord.self)
        let initial = DefaultNetwork(realm).securityGroup
        guard !stored.contains(where: { $0.id == initial.id }) else { return stored }
        return (stored + [initial]).sorted { $0.id < $1.id }
    }

    /// A security group by its id; nil when there is none.
    package func securityGroup(_ id: String) -> SecurityGroupRecord? {
        if let stored = get(SecurityGroupRecord.key(id)) { return stored }
        let initial = DefaultNetwork(realm).securityGroup
        return id == initial.id ? initial : nil
    }
}
