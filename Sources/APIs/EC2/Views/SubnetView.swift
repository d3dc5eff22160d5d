import AWSModels
import AWSWire
import State

extension EC2.Subnet {
    /// The default VPC's subnet in a zone; nil when there is none.
    /// - Parameter interfaces: how many addresses of it are taken.
    init?(in zone: String, _ realm: Realm, interfaces: Int = 0) {
        let network = DefaultNetwork(realm)
        guard let cidr = network.subnetCIDR(in: zone) else { return nil }
        let id = network.subnetID(in: zone)
        self.init(
            availabilityZoneId: network.zoneID(zone), mapCustomerOwnedIpOnLaunch: false, ownerId: realm.account,
            assignIpv6AddressOnCreation: false, ipv6CidrBlockAssociationSet: [], tags: [],
            subnetArn: realm.arn("ec2", "subnet/\(id)"), enableDns64: false, ipv6Native: false,
            privateDnsNameOptionsOnLaunch: EC2.PrivateDnsNameOptionsOnLaunch(
                hostnameType: .ipName, enableResourceNameDnsARecord: false, enableResourceNameDnsAAAARecord: false),
            subnetId: id, state: .available, vpcId: network.vpcID, cidrBlock: cidr,
            availableIpAddressCount: Int(DefaultNetwork.usableAddresses) - interfaces,
            availabilityZone: zone, defaultForAz: true, mapPublicIpOnLaunch: true)
    }
}

extension EC2.Vpc {
    /// The default VPC.
    init(_ realm: Realm) {
        let network = DefaultNetwork(realm)
        let association = EC2.VpcCidrBlockAssociation(
            associationId: "vpc-cidr-assoc-" + network.vpcID.dropFirst("vpc-".count),
            cidrBlock: DefaultNetwork.vpcCIDR, cidrBlockState: EC2.VpcCidrBlockState(state: .associated))
        self.init(
            ownerId: realm.account, instanceTenancy: .default, cidrBlockAssociationSet: [association],
            isDefault: true, tags: [], vpcId: network.vpcID, state: .available, cidrBlock: DefaultNetwork.vpcCIDR,
            dhcpOptionsId: "dopt-" + network.vpcID.dropFirst("vpc-".count))
    }
}
