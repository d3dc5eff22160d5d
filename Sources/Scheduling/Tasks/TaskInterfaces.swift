import AWSModels
import AWSWire
import State

extension Transaction {
    /// Makes the network interface of a task that has been placed: in a subnet of its zone, with any address that is
    /// free there. Without one the task is STOPPED.
    /// Source: Amazon ECS Developer Guide, Task networking with the awsvpc network mode. Observed: the reason's words.
    mutating func createInterface(for task: inout TaskRecord, _ context: inout DecisionContext) {
        let network = task.networkConfiguration?.awsvpcConfiguration
        let subnet = subnet(of: network?.subnets ?? [], in: task.availabilityZone)
        guard let address = freeAddress(in: task.availabilityZone, &context) else {
            task.requestStop(
                .taskFailedToStart,
                "Unexpected EC2 error while attempting to Create Network Interface in subnet '\(subnet)': "
                    + "InsufficientFreeAddressesInSubnet", at: context.now)
            task.advance(to: .stopped, at: context.now)
            return
        }
        var interface = NetworkInterfaceRecord()
        interface.address = address.description
        interface.id = "eni-0" + context.random.hex(16)
        interface.macAddress = macAddress(&context)
        interface.subnetID = subnet
        interface.availabilityZone = task.availabilityZone ?? ""
        interface.securityGroups = network?.securityGroups ?? [DefaultNetwork(realm).securityGroupID]
        interface.task = task.key.path
        interface.attachmentID = context.random.uuid()
        interface.createdAt = context.now
        put(interface)
        var shown = TaskInterface()
        shown.attachmentID = interface.attachmentID
        shown.id = interface.id
        shown.subnetID = subnet
        shown.macAddress = interface.macAddress
        shown.address = interface.address
        task.interfaces = [shown]
    }

    /// The subnet of the task's zone. One that nobody knows is in any zone.
    private func subnet(of subnets: [String], in zone: String?) -> String {
        let zones = subnets.map { ($0, SubnetZones.zone(of: $0, in: realm)) }
        let inZone = zones.first { $0.1 == zone } ?? zones.first { $0.1 == nil }
        return inZone?.0 ?? subnets.first ?? ""
    }

    /// An address of the zone's subnet that no interface has; nil when all are taken.
    /// Source: Amazon VPC User Guide, Subnet CIDR blocks: the first four addresses and the last one are reserved.
    private func freeAddress(in zone: String?, _ context: inout DecisionContext) -> IPv4Address? {
        let network = DefaultNetwork(realm)
        // An instance of a zone that the VPC has no subnet in takes addresses of the first one's.
        guard let block = zone.flatMap({ network.subnetRange(in: $0) }) ?? network.subnetRange(in: realm.region + "a")
        else { return nil }
        let count = DefaultNetwork.usableAddresses
        let first = UInt32.random(in: 0..<count, using: &context.random)
        for offset in 0..<count {
            let address = IPv4Address(bits: block.network.bits + 4 + (first + offset) % count)
            if get(NetworkInterfaceRecord.key(address.description)) == nil { return address }
        }
        return nil
    }

    /// An address of those that everybody may give out.
    private func macAddress(_ context: inout DecisionContext) -> String {
        let digits = Array("02" + context.random.hex(10))
        return stride(from: 0, to: 12, by: 2).map { String(digits[$0..<($0 + 2)]) }.joined(separator: ":")
    }
}

/// What becomes of network interfaces whose tasks have ended.
package enum InterfaceRelease {
    /// Ends a task that is DEPROVISIONING, and removes its interface; that of a task that is over, or gone, as well.
    package static func release(
        _ key: Key<NetworkInterfaceRecord>, _ transaction: inout Transaction, at now: Timestamp
    ) {
        guard let interface = transaction.get(key) else { return }
        if var task = transaction.get(Key<TaskRecord>(path: interface.task)) {
            guard task.lastStatus >= .deprovisioning else { return }
            let status = task.lastStatus
            if task.advance(to: .stopped, at: now) { transaction.store(task, was: status, at: now) }
        }
        transaction.delete(key)
    }
}
