import AWSModels
import AWSWire
import State

/// Which targets a group may have.
/// Source: Elastic Load Balancing API Reference, CreateTargetGroup (TargetType), TargetDescription.
struct TargetRules {
    let group: TargetGroupRecord
    let snapshot: Snapshot

    /// Where addresses outside the VPC may lie: RFC 1918 and RFC 6598.
    private static let privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"]
        .compactMap { IPv4Range($0) }

    /// The key of a target, whether or not it is registered.
    func key(_ target: ELB.TargetDescription) throws(WireError) -> Key<TargetRecord> {
        guard !target.id.isEmpty, !target.id.contains("/") else {
            throw .validationError("Target ID '\(target.id)' is not valid")
        }
        return TargetRecord.key(group.key, target.id, target.port ?? group.port)
    }

    /// A target to be registered.
    func checked(_ target: ELB.TargetDescription) throws(WireError) -> TargetRecord {
        var record = TargetRecord()
        (record.targetGroup, record.id, record.port) = (group.key.path, target.id, target.port ?? group.port)
        if target.quicServerId != nil {
            throw .validationError(
                "A QUIC server ID cannot be specified for targets of protocol '\(group.protocol.rawValue)'")
        }
        if group.targetType == .instance {
            try checkInstance(target)
        } else {
            record.availabilityZone = try zone(of: target)
        }
        return record
    }

    private func checkInstance(_ target: ELB.TargetDescription) throws(WireError) {
        guard target.availabilityZone == nil else {
            throw .validationError("Availability Zone cannot be specified for targets of type 'instance'")
        }
        guard target.id.hasPrefix("i-"), target.id.dropFirst(2).allSatisfy(\.isHexDigit), target.id.count <= 19 else {
            throw .validationError("Instance ID '\(target.id)' is not valid")
        }
        guard snapshot.count(ContainerInstanceRecord.self, .instanceByHost, prefix: target.id + "/") > 0 else {
            throw .invalidTarget(
                "The following targets are not in a running state and cannot be registered: '\(target.id)'")
        }
    }

    /// The zone the address is in, or `all`.
    ///
    /// ELB wants the zone said for addresses outside the VPC. Containers have addresses of their host's network, which
    /// is none of the VPC's, so here such an address without a zone is in all.
    private func zone(of target: ELB.TargetDescription) throws(WireError) -> String {
        guard let address = IPv4Address(target.id) else {
            throw .validationError("The IP address '\(target.id)' is not a valid IPv4 address")
        }
        let network = DefaultNetwork(snapshot.realm)
        let own = network.zone(of: address)
        guard own != nil || TargetRules.privateRanges.contains(where: { $0.contains(address) }) else {
            throw .validationError("The IP address '\(target.id)' is not within any of the allowed private ranges")
        }
        guard let zone = target.availabilityZone, zone != "all" else { return own ?? "all" }
        guard network.zones(in: snapshot).contains(zone) else {
            throw .validationError("'\(zone)' is not a valid Availability Zone")
        }
        return zone
    }
}
