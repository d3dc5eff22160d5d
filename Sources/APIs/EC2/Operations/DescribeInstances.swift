import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes the hosts of container instances as EC2 instances. Hosts outside EC2 (`mi-…`) are none.
/// Source: Amazon EC2 API Reference, DescribeInstances.
struct DescribeInstances: ReadOperation {
    static let model = EC2.Operations.describeInstances

    func access(
        _ input: EC2.DescribeInstancesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ec2:DescribeInstances", "*")]
    }

    /// Every instance is in a reservation of its own. `IncludeManagedResources` shows no more: there are none.
    func read(
        _ input: EC2.DescribeInstancesRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> EC2.DescribeInstancesResult {
        if input.dryRun == true { throw .dryRun }
        let filters = try Filters(input.filters, InstanceFilters.names)
        let all = snapshot.ec2Instances.map { EC2.Instance($0, snapshot.realm) }
        let named = try Pages.named(all, input.instanceIds, { $0.instanceId ?? "" }, WireError.instanceNotFound)
        let found = named.filter { instance in
            filters.admit(instance.tags ?? []) { InstanceFilters.values($0, of: instance, snapshot.realm) }
        }
        let page = try Pages.page(found, token: input.nextToken, maxResults: input.maxResults) { $0.instanceId ?? "" }
        return EC2.DescribeInstancesResult(
            nextToken: page.nextToken, reservations: page.items.map { reservation(of: $0, snapshot.realm) })
    }

    private func reservation(of instance: EC2.Instance, _ realm: Realm) -> EC2.Reservation {
        EC2.Reservation(
            reservationId: "r-" + (instance.instanceId ?? "").dropFirst("i-".count), ownerId: realm.account, groups: [],
            instances: [instance])
    }
}

extension Snapshot {
    /// The container instances that are on EC2 instances, each host once, in the order of the hosts' ids.
    fileprivate var ec2Instances: [ContainerInstanceRecord] {
        var seen: Set<String> = []
        return list(ContainerInstanceRecord.self)
            .filter { $0.status != .inactive && ($0.ec2InstanceID ?? "").hasPrefix("i-") }
            .sorted { ($0.ec2InstanceID ?? "", $0.key) < ($1.ec2InstanceID ?? "", $1.key) }
            .filter { seen.insert($0.ec2InstanceID ?? "").inserted }
    }
}

/// The filters of DescribeInstances.
private enum InstanceFilters {
    static let names: Set<String> = [
        "architecture", "availability-zone", "instance-id", "instance-state-code", "instance-state-name",
        "instance-type", "instance.group-id", "instance.group-name", "owner-id", "private-dns-name",
        "private-ip-address", "reservation-id", "subnet-id", "tenancy", "vpc-id",
    ]

    static func values(_ name: String, of instance: EC2.Instance, _ realm: Realm) -> [String] {
        switch name {
        case "architecture": [instance.architecture?.rawValue ?? ""]
        case "availability-zone": [instance.placement?.availabilityZone ?? ""]
        case "instance-state-code": ["16"]
        case "instance-state-name": ["running"]
        case "instance-type": [instance.instanceType ?? ""]
        case "instance.group-id": (instance.securityGroups ?? []).compactMap(\.groupId)
        case "instance.group-name": (instance.securityGroups ?? []).compactMap(\.groupName)
        case "owner-id": [realm.account]
        case "private-dns-name": [instance.privateDnsName ?? ""]
        case "private-ip-address": [instance.privateIpAddress ?? ""]
        case "reservation-id": ["r-" + (instance.instanceId ?? "").dropFirst("i-".count)]
        case "subnet-id": [instance.subnetId ?? ""]
        case "tenancy": ["default"]
        case "vpc-id": [instance.vpcId ?? ""]
        default: [instance.instanceId ?? ""]
        }
    }
}
