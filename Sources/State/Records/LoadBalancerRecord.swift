import AWSModels
import AWSWire

/// An Application or a Network Load Balancer.
package struct LoadBalancerRecord: Record {
    /// Unique in the region.
    package var name = ""
    /// 16 hexadecimal digits.
    package var id = ""
    /// `application` or `network`.
    package var type = ELB.LoadBalancerTypeEnum.application
    package var scheme = ELB.LoadBalancerSchemeEnum.internetFacing
    package var ipAddressType = ELB.IpAddressType.ipv4
    package var vpcID = ""
    /// One subnet in each zone that is enabled, in the order of the zones.
    package var subnets: [LoadBalancerSubnet] = []
    /// Ids of security groups, in the order given.
    package var securityGroups: [String] = []
    /// For example `web-1234567890.us-east-1.elb.localhost`.
    package var dnsName = ""
    package var createdAt = Timestamp(milliseconds: 0)
    /// Those attributes that differ from their defaults.
    package var attributes: [String: String] = [:]
    package var tags: [ELB.Tag] = []
    /// `on` or `off` for a Network Load Balancer with security groups; nil for others.
    package var privateLinkRules: String?
    /// Observed: provisioning until a balancer node has applied it.
    package var stateCode = ELB.LoadBalancerStateEnum.provisioning
    /// Why the state is what it is; nil when there is nothing to say.
    package var stateReason: String?
    /// Where balancer nodes serve it.
    package var addresses: [LoadBalancerNodeAddress] = []

    package init() {}

    /// The word for a type in ARNs: `app` or `net`.
    package static func kind(_ type: ELB.LoadBalancerTypeEnum) -> String { type == .network ? "net" : "app" }

    package static func key(_ kind: String, _ name: String, _ id: String) -> Key<LoadBalancerRecord> {
        Key(kind, name, id)
    }
    package var key: Key<LoadBalancerRecord> {
        LoadBalancerRecord.key(LoadBalancerRecord.kind(type), name, id)
    }

    /// The key of the load balancer with an ARN of this realm; nil for other ARNs.
    package static func key(arn: String, _ realm: Realm) -> Key<LoadBalancerRecord>? {
        realm.elasticLoadBalancingPath(arn, "loadbalancer", components: 3).map { Key(path: $0) }
    }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { key.arn(realm) }

    package static let indexes = [
        IndexDefinition<LoadBalancerRecord>(.loadBalancerByName) { "\($0.name)/" }
    ]

    package static let fields = FieldTable<LoadBalancerRecord>([
        .init("name", \.name),
        .init("id", \.id),
        .init("type", \.type),
        .init("scheme", \.scheme),
        .init("ipAddressType", \.ipAddressType),
        .init("vpcID", \.vpcID),
        .init("subnets", \.subnets),
        .init("securityGroups", \.securityGroups),
        .init("dnsName", \.dnsName),
        .init("createdAt", \.createdAt),
        .init("attributes", \.attributes),
        .init("tags", \.tags),
        .init("privateLinkRules", \.privateLinkRules),
        .init("stateCode", \.stateCode),
        .init("stateReason", \.stateReason),
        .init("addresses", \.addresses),
    ])
}

extension Key where R == LoadBalancerRecord {
    /// The ARN of the load balancer.
    package func arn(_ realm: Realm) -> String { realm.arn("elasticloadbalancing", "loadbalancer/\(path)") }
}

/// A subnet of a load balancer.
package struct LoadBalancerSubnet: Stored, Equatable {
    package var zone = ""
    package var subnetID = ""
    /// The address that a SubnetMapping asks for; nil for any.
    package var privateIPv4Address: String?

    package init() {}

    package static let fields = FieldTable<LoadBalancerSubnet>([
        .init("zone", \.zone),
        .init("subnetID", \.subnetID),
        .init("privateIPv4Address", \.privateIPv4Address),
    ])
}

/// The address of a load balancer on a balancer node.
package struct LoadBalancerNodeAddress: Stored, Equatable {
    package var nodeName = ""
    package var zone = ""
    package var address = ""
    /// The revision of the state from which on it is so: a node that has applied that serves it.
    package var revision = 0

    package init() {}

    package static let fields = FieldTable<LoadBalancerNodeAddress>([
        .init("nodeName", \.nodeName),
        .init("zone", \.zone),
        .init("address", \.address),
        .init("revision", \.revision),
    ])
}
