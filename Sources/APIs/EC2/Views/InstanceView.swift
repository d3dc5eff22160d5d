import AWSModels
import AWSWire
import State

extension EC2.Instance {
    /// A container instance as EC2 shows instances: what the region knows of its host, and no more.
    init(_ instance: ContainerInstanceRecord, _ realm: Realm) {
        let network = DefaultNetwork(realm)
        let zone = instance.availabilityZone ?? realm.region + "a"
        let group = EC2.GroupIdentifier(groupId: network.securityGroupID, groupName: "default")
        self.init(
            architecture: instance.attribute("ecs.cpu-architecture").flatMap { EC2.ArchitectureValues(rawValue: $0) },
            securityGroups: [group], sourceDestCheck: true, tags: instance.ec2Tags, platformDetails: "Linux/UNIX",
            instanceId: instance.ec2InstanceID, state: EC2.InstanceState(code: 16, name: .running),
            privateDnsName: instance.privateIPv4Address.map { network.privateDNSName(of: $0) }, publicDnsName: "",
            stateTransitionReason: "", amiLaunchIndex: 0, instanceType: instance.attribute("ecs.instance-type"),
            launchTime: instance.registeredAt,
            placement: EC2.Placement(
                availabilityZoneId: network.zoneID(zone), groupName: "", tenancy: .default, availabilityZone: zone),
            monitoring: EC2.Monitoring(state: .disabled), subnetId: network.subnetID(in: zone), vpcId: network.vpcID,
            privateIpAddress: instance.privateIPv4Address)
    }
}

extension ContainerInstanceRecord {
    /// The tags in EC2's shape.
    var ec2Tags: [EC2.Tag] { tags.map { EC2.Tag(key: $0.key, value: $0.value ?? "") } }
}
