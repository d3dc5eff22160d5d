import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes the subnets of the default VPC: one in each zone of the region.
/// Source: Amazon EC2 API Reference, DescribeSubnets.
struct DescribeSubnets: ReadOperation {
    static let model = EC2.Operations.describeSubnets

    func access(
        _ input: EC2.DescribeSubnetsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ec2:DescribeSubnets", "*")]
    }

    func read(
        _ input: EC2.DescribeSubnetsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> EC2.DescribeSubnetsResult {
        if input.dryRun == true { throw .dryRun }
        let filters = try Filters(input.filters, SubnetFilters.names)
        let network = DefaultNetwork(snapshot.realm)
        let taken = Dictionary(grouping: snapshot.list(NetworkInterfaceRecord.self)) { interface in
            IPv4Address(interface.address).flatMap { network.zone(of: $0) } ?? ""
        }
        let all = network.zones(in: snapshot)
            .compactMap { EC2.Subnet(in: $0, snapshot.realm, interfaces: taken[$0]?.count ?? 0) }
            .sorted { ($0.subnetId ?? "") < ($1.subnetId ?? "") }
        let subnets = try Pages.named(all, input.subnetIds, { $0.subnetId ?? "" }, WireError.subnetIDNotFound)
        let found = subnets.filter { subnet in filters.admit(subnet.tags ?? []) { SubnetFilters.values($0, of: subnet) }
        }
        let page = try Pages.page(found, token: input.nextToken, maxResults: input.maxResults) { $0.subnetId ?? "" }
        return EC2.DescribeSubnetsResult(nextToken: page.nextToken, subnets: page.items)
    }
}

/// The filters of DescribeSubnets.
private enum SubnetFilters {
    static let names: Set<String> = [
        "availability-zone", "availabilityZone", "availability-zone-id", "availabilityZoneId",
        "available-ip-address-count", "cidr-block", "cidr", "cidrBlock", "default-for-az", "defaultForAz",
        "map-public-ip-on-launch", "owner-id", "state", "subnet-arn", "subnet-id", "vpc-id",
    ]

    static func values(_ name: String, of subnet: EC2.Subnet) -> [String] {
        switch name {
        case "availability-zone", "availabilityZone": [subnet.availabilityZone ?? ""]
        case "availability-zone-id", "availabilityZoneId": [subnet.availabilityZoneId ?? ""]
        case "available-ip-address-count": [String(subnet.availableIpAddressCount ?? 0)]
        case "cidr-block", "cidr", "cidrBlock": [subnet.cidrBlock ?? ""]
        case "default-for-az", "defaultForAz", "map-public-ip-on-launch": ["true"]
        case "owner-id": [subnet.ownerId ?? ""]
        case "state": ["available"]
        case "subnet-arn": [subnet.subnetArn ?? ""]
        case "vpc-id": [subnet.vpcId ?? ""]
        default: [subnet.subnetId ?? ""]
        }
    }
}
