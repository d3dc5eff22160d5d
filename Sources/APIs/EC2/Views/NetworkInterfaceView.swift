import AWSModels
import AWSWire
import State

extension EC2.NetworkInterface {
    /// The interface of a task: ECS made it and attached it to the task's instance.
    /// Observed: its description is the ARN of the task's attachment.
    init(_ interface: NetworkInterfaceRecord, in snapshot: Snapshot) {
        let realm = snapshot.realm
        let network = DefaultNetwork(realm)
        let name = network.privateDNSName(of: interface.address)
        let task = snapshot.get(Key<TaskRecord>(path: interface.task))
        self.init()
        attachment = EC2.NetworkInterfaceAttachment(
            attachTime: interface.createdAt, attachmentId: "eni-attach-" + interface.id.dropFirst("eni-".count),
            deleteOnTermination: true, deviceIndex: 1,
            instanceId: task?.instanceKey.flatMap { snapshot.get($0) }?.ec2InstanceID, instanceOwnerId: realm.account,
            status: .attached)
        availabilityZone = interface.availabilityZone
        availabilityZoneId = network.zoneID(interface.availabilityZone)
        description = realm.ecs("attachment/\(interface.attachmentID)")
        groups = interface.securityGroups.map { id in
            EC2.GroupIdentifier(groupId: id, groupName: snapshot.securityGroup(id)?.name)
        }
        interfaceType = .interface
        ipv6Addresses = []
        macAddress = interface.macAddress
        networkInterfaceId = interface.id
        ownerId = realm.account
        privateDnsName = name
        privateIpAddress = interface.address
        privateIpAddresses = [
            EC2.NetworkInterfacePrivateIpAddress(
                primary: true, privateDnsName: name, privateIpAddress: interface.address)
        ]
        requesterManaged = true
        sourceDestCheck = true
        status = .inUse
        subnetId = interface.subnetID
        tagSet = []
        vpcId = network.vpcID
    }
}
