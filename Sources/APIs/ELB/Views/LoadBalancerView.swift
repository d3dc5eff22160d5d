import AWSModels
import AWSWire
import State

extension ELB.LoadBalancer {
    /// A load balancer as clients see it.
    init(_ record: LoadBalancerRecord, _ realm: Realm) {
        self.init(
            loadBalancerArn: record.arn(realm), dnsName: record.dnsName, canonicalHostedZoneId: Self.hostedZone(record),
            createdTime: record.createdAt, loadBalancerName: record.name, scheme: record.scheme, vpcId: record.vpcID,
            state: ELB.LoadBalancerState(code: record.stateCode, reason: record.stateReason), type: record.type,
            availabilityZones: record.zones, securityGroups: record.securityGroups,
            ipAddressType: record.ipAddressType,
            enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: record.privateLinkRules,
            enablePrefixForIpv6SourceNat: record.type == .network ? .off : nil)
    }

    /// Those of us-east-1: clients want some zone for alias records, and every region here has the same.
    private static func hostedZone(_ record: LoadBalancerRecord) -> String {
        record.type == .network ? "Z26RNL4JYFTOTI" : "Z35SXDOTRQ7X7K"
    }
}

extension LoadBalancerRecord {
    /// The zones with the addresses that balancer nodes have there.
    var zones: [ELB.AvailabilityZone] {
        subnets.map { subnet in
            ELB.AvailabilityZone(
                zoneName: subnet.zone, subnetId: subnet.subnetID,
                loadBalancerAddresses: addresses.filter { $0.zone == subnet.zone }.map {
                    ELB.LoadBalancerAddress(ipAddress: $0.address, privateIPv4Address: subnet.privateIPv4Address)
                })
        }
    }
}
