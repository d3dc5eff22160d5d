import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes the network interfaces of tasks of network mode awsvpc. No others are known: those of hosts are theirs.
/// Source: Amazon EC2 API Reference, DescribeNetworkInterfaces.
struct DescribeNetworkInterfaces: ReadOperation {
    static let model = EC2.Operations.describeNetworkInterfaces

    func access(
        _ input: EC2.DescribeNetworkInterfacesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ec2:DescribeNetworkInterfaces", "*")]
    }

    func read(
        _ input: EC2.DescribeNetworkInterfacesRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> EC2.DescribeNetworkInterfacesResult {
        if input.dryRun == true { throw .dryRun }
        let filters = try Filters(input.filters, InterfaceFilters.names)
        let all = snapshot.list(NetworkInterfaceRecord.self).sorted { $0.id < $1.id }
        let named = try Pages.named(all, input.networkInterfaceIds, { $0.id }, WireError.interfaceNotFound)
            .map { EC2.NetworkInterface($0, in: snapshot) }
        let found = named.filter { interface in
            filters.admit(interface.tagSet ?? []) { InterfaceFilters.values($0, of: interface) }
        }
        let page = try Pages.page(found, token: input.nextToken, maxResults: input.maxResults) {
            $0.networkInterfaceId ?? ""
        }
        return EC2.DescribeNetworkInterfacesResult(networkInterfaces: page.items, nextToken: page.nextToken)
    }
}

/// The filters of DescribeNetworkInterfaces.
private enum InterfaceFilters {
    static let names: Set<String> = [
        "addresses.private-ip-address", "availability-zone", "availability-zone-id", "description", "group-id",
        "group-name", "interface-type", "mac-address", "network-interface-id", "owner-id", "private-dns-name",
        "private-ip-address", "requester-managed", "source-dest-check", "status", "subnet-id", "vpc-id",
    ]

    static func values(_ name: String, of interface: EC2.NetworkInterface) -> [String] {
        switch name {
        case "availability-zone": [interface.availabilityZone ?? ""]
        case "availability-zone-id": [interface.availabilityZoneId ?? ""]
        case "description": [interface.description ?? ""]
        case "group-id": (interface.groups ?? []).compactMap(\.groupId)
        case "group-name": (interface.groups ?? []).compactMap(\.groupName)
        case "interface-type": [interface.interfaceType?.rawValue ?? ""]
        case "mac-address": [interface.macAddress ?? ""]
        case "owner-id": [interface.ownerId ?? ""]
        case "private-dns-name": [interface.privateDnsName ?? ""]
        case "addresses.private-ip-address", "private-ip-address": [interface.privateIpAddress ?? ""]
        case "requester-managed", "source-dest-check": ["true"]
        case "status": [interface.status?.rawValue ?? ""]
        case "subnet-id": [interface.subnetId ?? ""]
        case "vpc-id": [interface.vpcId ?? ""]
        default: [interface.networkInterfaceId ?? ""]
        }
    }
}
