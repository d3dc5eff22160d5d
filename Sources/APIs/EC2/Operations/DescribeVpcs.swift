import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes the default VPC, the only one there is.
/// Source: Amazon EC2 API Reference, DescribeVpcs.
struct DescribeVpcs: ReadOperation {
    static let model = EC2.Operations.describeVpcs

    func access(_ input: EC2.DescribeVpcsRequest, _ call: Call, _ tx: Transaction) throws(WireError) -> [AccessRequest]
    {
        [AccessRequest("ec2:DescribeVpcs", "*")]
    }

    func read(
        _ input: EC2.DescribeVpcsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> EC2.DescribeVpcsResult {
        if input.dryRun == true { throw .dryRun }
        let filters = try Filters(input.filters, VpcFilters.names)
        let vpcs = try Pages.named([EC2.Vpc(snapshot.realm)], input.vpcIds, { $0.vpcId ?? "" }, WireError.vpcNotFound)
        let found = vpcs.filter { vpc in filters.admit(vpc.tags ?? []) { VpcFilters.values($0, of: vpc) } }
        let page = try Pages.page(found, token: input.nextToken, maxResults: input.maxResults) { $0.vpcId ?? "" }
        return EC2.DescribeVpcsResult(nextToken: page.nextToken, vpcs: page.items)
    }
}

/// The filters of DescribeVpcs.
private enum VpcFilters {
    static let names: Set<String> = [
        "cidr", "cidr-block-association.cidr-block", "cidr-block-association.state", "dhcp-options-id", "is-default",
        "isDefault", "owner-id", "state", "vpc-id",
    ]

    static func values(_ name: String, of vpc: EC2.Vpc) -> [String] {
        switch name {
        case "cidr", "cidr-block-association.cidr-block": [vpc.cidrBlock ?? ""]
        case "cidr-block-association.state": ["associated"]
        case "dhcp-options-id": [vpc.dhcpOptionsId ?? ""]
        case "is-default", "isDefault": ["true"]
        case "owner-id": [vpc.ownerId ?? ""]
        case "state": ["available"]
        default: [vpc.vpcId ?? ""]
        }
    }
}
