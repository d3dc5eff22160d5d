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
    /// The zones with the addresses that balancer nodes have there. Every node serves, also one in a zone that the load
    /// balancer is not in: its address stands with the first zone.
    var zones: [ELB.AvailabilityZone] {
        let own = Set(subnets.map(\.zone))
        return subnets.enumerated().map { index, subnet in
            ELB.AvailabilityZone(
                zoneName: subnet.zone, subnetId: subnet.subnetID,
                loadBalancerAddresses: addresses.filter {
                    $0.zone == subnet.zone || (index == 0 && !own.contains($0.zone))
                }.map {
                    ELB.LoadBalancerAddress(ipAddress: $0.address, privateIPv4Address: subnet.privateIPv4Address)
                })
        }
    }
}
