import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes the zones of the region.
/// Source: Amazon EC2 API Reference, DescribeAvailabilityZones.
struct DescribeAvailabilityZones: ReadOperation {
    static let model = EC2.Operations.describeAvailabilityZones

    func access(
        _ input: EC2.DescribeAvailabilityZonesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ec2:DescribeAvailabilityZones", "*")]
    }

    /// There are no zones to opt in to, so `AllAvailabilityZones` shows no more.
    func read(
        _ input: EC2.DescribeAvailabilityZonesRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> EC2.DescribeAvailabilityZonesResult {
        if input.dryRun == true { throw .dryRun }
        let filters = try Filters(input.filters, ZoneFilters.names)
        let all = DefaultNetwork(snapshot.realm).zones(in: snapshot).map { zone($0, snapshot.realm) }
        var zones = try Pages.named(all, input.zoneNames, { $0.zoneName ?? "" }, unknown)
        zones = try Pages.named(zones, input.zoneIds, { $0.zoneId ?? "" }, unknown)
        return EC2.DescribeAvailabilityZonesResult(
            availabilityZones: zones.filter { zone in filters.admit([]) { ZoneFilters.values($0, of: zone) } })
    }

    private func unknown(_ name: String) -> WireError {
        .invalidParameterValue("Invalid availability zone: [\(name)]")
    }

    private func zone(_ name: String, _ realm: Realm) -> EC2.AvailabilityZone {
        EC2.AvailabilityZone(
            optInStatus: .optInNotRequired, messages: [], regionName: realm.region, zoneName: name,
            zoneId: DefaultNetwork(realm).zoneID(name), groupName: realm.region + "-zg-1",
            networkBorderGroup: realm.region, zoneType: "availability-zone", state: .available)
    }
}

/// The filters of DescribeAvailabilityZones.
private enum ZoneFilters {
    static let names: Set<String> = [
        "group-name", "message", "opt-in-status", "region-name", "state", "zone-id", "zone-name", "zone-type",
    ]

    static func values(_ name: String, of zone: EC2.AvailabilityZone) -> [String] {
        switch name {
        case "group-name": [zone.groupName ?? ""]
        case "message": []
        case "opt-in-status": ["opt-in-not-required"]
        case "region-name": [zone.regionName ?? ""]
        case "state": ["available"]
        case "zone-id": [zone.zoneId ?? ""]
        case "zone-type": [zone.zoneType ?? ""]
        default: [zone.zoneName ?? ""]
        }
    }
}
