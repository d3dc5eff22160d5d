import AWSModels
import AWSWire

/// A security group: named by load balancers and tasks. Its rules are kept and shown; no packet is filtered by them.
package struct SecurityGroupRecord: Record {
    /// `sg-` and 17 hexadecimal digits.
    package var id = ""
    /// Unique in the VPC.
    package var name = ""
    package var description = ""
    package var vpcID = ""
    /// Ingress and egress, in the order they were added, one source each, with ids `sgr-…`.
    package var rules: [EC2.SecurityGroupRule] = []
    package var tags: [EC2.Tag] = []

    package init() {}

    package static func key(_ id: String) -> Key<SecurityGroupRecord> { Key(path: id) }
    package var key: Key<SecurityGroupRecord> { SecurityGroupRecord.key(id) }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.arn("ec2", "security-group/\(id)") }

    package static let fields = FieldTable<SecurityGroupRecord>([
        .init("id", \.id),
        .init("name", \.name),
        .init("description", \.description),
        .init("vpcID", \.vpcID),
        .init("rules", \.rules),
        .init("tags", \.tags),
    ])
}
