import APIPipeline
import AWSModels
import AWSWire
import State

/// Creates a load balancer. It is provisioning until a balancer node has applied it.
/// The same name with the same settings gives the load balancer that is there.
/// Source: Elastic Load Balancing API Reference, CreateLoadBalancer.
/// Seam: Gateway Load Balancers, addresses of IPv6, of Outposts and of IPAM pools are refused.
struct CreateLoadBalancer: Operation {
    static let model = ELB.Operations.createLoadBalancer

    func access(
        _ input: ELB.CreateLoadBalancerInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let kind = LoadBalancerRecord.kind(input.type ?? .application)
        return permission(tx.realm.arn("elasticloadbalancing", "loadbalancer/\(kind)/\(input.name)/*"))
    }

    func perform(
        _ input: ELB.CreateLoadBalancerInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.CreateLoadBalancerOutput {
        var record = try asked(input, tx.snapshot)
        let found = tx.snapshot.list(LoadBalancerRecord.self, .loadBalancerByName, prefix: input.name + "/").first
        if let found {
            guard found.hasSettings(of: record) else {
                throw .duplicateLoadBalancerName(
                    "A load balancer with the same name '\(input.name)' exists, but with different settings")
            }
            return ELB.CreateLoadBalancerOutput(loadBalancers: [ELB.LoadBalancer(found, tx.realm)])
        }
        try checkQuota(record.type, tx.snapshot)
        record.id = context.random.hex(16)
        record.createdAt = context.now
        let prefix = record.scheme == .internal ? "internal-" : ""
        record.dnsName = "\(prefix)\(record.name)-\(context.random.digits(10)).\(tx.realm.region).elb.localhost"
        tx.put(record)
        return ELB.CreateLoadBalancerOutput(loadBalancers: [ELB.LoadBalancer(record, tx.realm)])
    }

    /// The load balancer that a request asks for, without what is made up.
    private func asked(
        _ input: ELB.CreateLoadBalancerInput, _ snapshot: Snapshot
    ) throws(WireError) -> LoadBalancerRecord {
        try Names.check(input.name, "Load balancer")
        guard !input.name.hasPrefix("internal-") else {
            throw .validationError("Load balancer name '\(input.name)' cannot begin with 'internal-'")
        }
        var record = LoadBalancerRecord()
        record.name = input.name
        record.type = input.type ?? .application
        record.scheme = input.scheme ?? .internetFacing
        record.tags = try Tags.checked(input.tags)
        try checkFeatures(input)
        record.vpcID = DefaultNetwork(snapshot.realm).vpcID
        let rules = SubnetRules(record.type, record.scheme, snapshot)
        record.subnets = try rules.checked(input.subnets, input.subnetMappings)
        record.securityGroups = try securityGroups(input.securityGroups, record.type, snapshot)
        if record.type == .network, !record.securityGroups.isEmpty { record.privateLinkRules = "on" }
        return record
    }

    private func checkFeatures(_ input: ELB.CreateLoadBalancerInput) throws(WireError) {
        if input.type == .gateway { throw .notAvailable("Gateway Load Balancers are") }
        if input.customerOwnedIpv4Pool != nil { throw .notAvailable("Customer-owned IPv4 pools are") }
        if input.ipamPools != nil { throw .notAvailable("IPAM pools are") }
        if input.enablePrefixForIpv6SourceNat == .on { throw .notAvailable("IPv6 prefixes for source NAT are") }
        try AddressTypeRules.check(input.ipAddressType ?? .ipv4, input.scheme ?? .internetFacing)
    }

    /// An Application Load Balancer has the default group of its VPC when it names none.
    private func securityGroups(
        _ ids: [String]?, _ type: ELB.LoadBalancerTypeEnum, _ snapshot: Snapshot
    ) throws(WireError) -> [String] {
        let ids = ids ?? []
        if ids.isEmpty, type == .application { return [DefaultNetwork(snapshot.realm).securityGroupID] }
        return try SecurityGroupRules.checked(ids, snapshot)
    }

    private func checkQuota(_ type: ELB.LoadBalancerTypeEnum, _ snapshot: Snapshot) throws(WireError) {
        let count = snapshot.table(LoadBalancerRecord.self).count(prefix: LoadBalancerRecord.kind(type) + "/")
        let most = type == .network ? Quotas.networkLoadBalancers : Quotas.applicationLoadBalancers
        guard count < most else {
            throw .tooManyLoadBalancers("The maximum number of load balancers of this type, \(most), has been reached")
        }
    }
}

extension LoadBalancerRecord {
    /// Whether both were asked for with the same words.
    fileprivate func hasSettings(of other: LoadBalancerRecord) -> Bool {
        type == other.type && scheme == other.scheme && ipAddressType == other.ipAddressType
            && subnets == other.subnets && Set(securityGroups) == Set(other.securityGroups)
    }
}
