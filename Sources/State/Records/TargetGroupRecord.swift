import AWSModels
import AWSWire

/// A target group: where listeners and rules forward to, and how its targets are checked.
package struct TargetGroupRecord: Record {
    /// Unique in the region.
    package var name = ""
    /// 16 hexadecimal digits.
    package var id = ""
    package var `protocol` = ELB.ProtocolEnum.http
    /// `HTTP1`, `HTTP2` or `GRPC`; nil for the protocols of Network Load Balancers.
    package var protocolVersion: String?
    /// The port of targets that are registered without one.
    package var port = 0
    package var vpcID = ""
    /// `instance` or `ip`.
    package var targetType = ELB.TargetTypeEnum.instance
    package var ipAddressType = ELB.TargetGroupIpAddressTypeEnum.ipv4
    package var healthCheck = TargetHealthCheck()
    /// Those attributes that differ from their defaults.
    package var attributes: [String: String] = [:]
    package var tags: [ELB.Tag] = []
    package var createdAt = Timestamp(milliseconds: 0)

    package init() {}

    package static func key(_ name: String, _ id: String) -> Key<TargetGroupRecord> { Key(name, id) }
    package var key: Key<TargetGroupRecord> { TargetGroupRecord.key(name, id) }

    /// The key of the target group with an ARN of this realm; nil for other ARNs.
    package static func key(arn: String, _ realm: Realm) -> Key<TargetGroupRecord>? {
        realm.elasticLoadBalancingPath(arn, "targetgroup", components: 2).map { Key(path: $0) }
    }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { key.arn(realm) }

    package static let indexes = [
        IndexDefinition<TargetGroupRecord>(.targetGroupByName) { "\($0.name)/" }
    ]

    package static let fields = FieldTable<TargetGroupRecord>([
        .init("name", \.name),
        .init("id", \.id),
        .init("protocol", \.protocol),
        .init("protocolVersion", \.protocolVersion),
        .init("port", \.port),
        .init("vpcID", \.vpcID),
        .init("targetType", \.targetType),
        .init("ipAddressType", \.ipAddressType),
        .init("healthCheck", \.healthCheck),
        .init("attributes", \.attributes),
        .init("tags", \.tags),
        .init("createdAt", \.createdAt),
    ])
}

extension Key where R == TargetGroupRecord {
    /// The ARN of the target group.
    package func arn(_ realm: Realm) -> String { realm.arn("elasticloadbalancing", "targetgroup/\(path)") }
}

/// How the targets of a group are checked, with every default filled in.
package struct TargetHealthCheck: Stored, Equatable {
    package var `protocol` = ELB.ProtocolEnum.http
    /// A number, or `traffic-port` for the port of the target.
    package var port = "traffic-port"
    /// Nil for checks that only connect.
    package var path: String?
    package var intervalSeconds = 30
    package var timeoutSeconds = 5
    package var healthyThreshold = 5
    package var unhealthyThreshold = 2
    /// The codes of a healthy answer, for example `200,300-399`; nil for checks that only connect.
    package var matcher: String?
    /// Whether `matcher` means gRPC codes.
    package var isGRPC = false

    package init() {}

    package static let fields = FieldTable<TargetHealthCheck>([
        .init("protocol", \.protocol),
        .init("port", \.port),
        .init("path", \.path),
        .init("intervalSeconds", \.intervalSeconds),
        .init("timeoutSeconds", \.timeoutSeconds),
        .init("healthyThreshold", \.healthyThreshold),
        .init("unhealthyThreshold", \.unhealthyThreshold),
        .init("matcher", \.matcher),
        .init("isGRPC", \.isGRPC),
    ])
}
