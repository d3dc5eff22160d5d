import AWSWire
import NodeLink
import State

extension BalancerTargets {
    /// The targets of a group as a node is to see them, in the order of their keys. An instance that is not registered
    /// any more has no address: its targets are left out.
    package init(of group: Key<TargetGroupRecord>, in snapshot: Snapshot) {
        self.init(revision: Int(snapshot.revision), targetGroup: group.path, targets: [])
        let zones = Set(snapshot.list(BalancerNodeRecord.self).map(\.zone))
        snapshot.table(TargetRecord.self).forEach(prefix: "\(group.path)/") { target in
            guard let place = snapshot.place(of: target) else { return true }
            // Without cross-zone balancing a node serves its own zone, and those that have no node.
            let zone = place.zone.flatMap { zones.contains($0) ? $0 : nil }
            targets.append(
                Target(
                    id: target.id, address: place.address, port: target.port,
                    state: target.drainingSince == nil ? .active : .draining, zone: zone))
            return true
        }
    }
}

extension Snapshot {
    fileprivate func place(of target: TargetRecord) -> (address: String, zone: String?)? {
        if IPv4Address(target.id) != nil || target.id.contains(":") {
            return (target.id, target.availabilityZone == "all" ? nil : target.availabilityZone)
        }
        return instance(onHost: target.id).map { instance in
            // An instance that does not say where it is reached is on the node's machine.
            (instance.privateIPv4Address ?? "127.0.0.1", target.availabilityZone ?? instance.availabilityZone)
        }
    }

    /// The container instance that a host is.
    func instance(onHost id: String) -> ContainerInstanceRecord? {
        list(ContainerInstanceRecord.self, .instanceByHost, prefix: "\(id)/").last
    }
}
