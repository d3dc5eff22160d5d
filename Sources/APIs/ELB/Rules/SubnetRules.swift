import AWSModels
import AWSWire
import State

/// Which subnets a load balancer may be in.
/// Source: Elastic Load Balancing API Reference, CreateLoadBalancer (Subnets, SubnetMappings), SetSubnets.
struct SubnetRules {
    let type: ELB.LoadBalancerTypeEnum
    let scheme: ELB.LoadBalancerSchemeEnum
    private let network: DefaultNetwork
    /// Of the region, at this moment.
    private let zones: [String]

    init(_ type: ELB.LoadBalancerTypeEnum, _ scheme: ELB.LoadBalancerSchemeEnum, _ snapshot: Snapshot) {
        self.type = type
        self.scheme = scheme
        network = DefaultNetwork(snapshot.realm)
        zones = network.zones(in: snapshot)
    }

    /// The subnets of a request, in the order of their zones.
    func checked(_ subnets: [String]?, _ mappings: [ELB.SubnetMapping]?) throws(WireError) -> [LoadBalancerSubnet] {
        let (subnets, mappings) = (subnets ?? [], mappings ?? [])
        guard subnets.isEmpty || mappings.isEmpty else {
            throw .validationError("Only one of subnets or subnet mappings can be specified")
        }
        var result: [LoadBalancerSubnet] = []
        for mapping in subnets.map({ ELB.SubnetMapping(subnetId: $0) }) + mappings {
            result.append(try subnet(mapping))
        }
        guard Set(result.map(\.zone)).count == result.count else {
            throw .invalidConfigurationRequest(
                "A load balancer cannot be attached to multiple subnets in the same Availability Zone")
        }
        guard type == .network || result.count >= 2 else {
            throw .validationError("At least two subnets in two different Availability Zones must be specified")
        }
        guard !result.isEmpty else { throw .validationError("At least one subnet must be specified") }
        return result.sorted { $0.zone < $1.zone }
    }

    private func subnet(_ mapping: ELB.SubnetMapping) throws(WireError) -> LoadBalancerSubnet {
        guard let id = mapping.subnetId, !id.isEmpty else { throw .validationError("A subnet ID must be specified") }
        guard let zone = network.zone(ofSubnet: id), zones.contains(zone), let cidr = network.subnetCIDR(in: zone)
        else {
            throw .subnetNotFound("The subnet ID '\(id)' does not exist")
        }
        if let allocation = mapping.allocationId {
            guard type == .network else {
                throw .validationError("Elastic IP addresses cannot be specified for application load balancers")
            }
            throw .allocationIdNotFound("The allocation IDs '\(allocation)' do not exist")
        }
        guard mapping.iPv6Address == nil, mapping.sourceNatIpv6Prefix == nil else {
            throw .invalidSubnet("The subnet '\(id)' has no IPv6 CIDR block")
        }
        var subnet = LoadBalancerSubnet()
        (subnet.zone, subnet.subnetID) = (zone, id)
        if let text = mapping.privateIPv4Address {
            guard type == .network, scheme == .internal else {
                throw .invalidConfigurationRequest(
                    "Private IPv4 addresses can only be specified for internal network load balancers")
            }
            guard let address = IPv4Address(text), IPv4Range(cidr)?.contains(address) ?? false else {
                throw .validationError("The private IPv4 address '\(text)' is not in the subnet '\(id)'")
            }
            subnet.privateIPv4Address = text
        }
        return subnet
    }
}

/// Which security groups a load balancer may have.
enum SecurityGroupRules {
    /// The groups of a request, each once, in the order given.
    /// - Throws: `InvalidSecurityGroup`.
    static func checked(_ ids: [String], _ snapshot: Snapshot) throws(WireError) -> [String] {
        var seen: Set<String> = []
        for id in ids where snapshot.securityGroup(id) == nil {
            throw .invalidSecurityGroup("The security group '\(id)' does not exist")
        }
        // Source: Application Load Balancers User Guide, Quotas (Security groups per load balancer).
        guard ids.count <= 5 else {
            throw .invalidConfigurationRequest("A load balancer can have at most 5 security groups")
        }
        return ids.filter { seen.insert($0).inserted }
    }
}

/// Which types of addresses a load balancer may have: the region has IPv4 only.
enum AddressTypeRules {
    static func check(
        _ type: ELB.IpAddressType, _ scheme: ELB.LoadBalancerSchemeEnum
    ) throws(WireError) {
        guard type != .ipv4 else { return }
        guard scheme == .internetFacing else {
            throw .invalidConfigurationRequest("Internal load balancers must use the IP address type 'ipv4'")
        }
        throw .invalidSubnet("You must specify subnets with an associated IPv6 CIDR block.")
    }
}
