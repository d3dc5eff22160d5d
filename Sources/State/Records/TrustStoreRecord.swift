import AWSModels
import AWSWire

/// Certificates of authorities that listeners trust when they verify their clients.
package struct TrustStoreRecord: Record {
    /// Unique in the region.
    package var name = ""
    /// 16 hexadecimal digits.
    package var id = ""
    /// The authorities' certificates in PEM, one behind another; each ends with a line feed.
    package var bundlePEM = ""
    /// How many there are in `bundlePEM`.
    package var certificateCount = 0
    /// The number of the newest revocation list; it never comes twice. 0 when there was none.
    package var lastRevocationID = 0
    package var tags: [ELB.Tag] = []
    package var createdAt = Timestamp(milliseconds: 0)

    package init() {}

    package var key: Key<TrustStoreRecord> { Key(name, id) }

    /// The key of the trust store with an ARN of this realm; nil for other ARNs.
    package static func key(arn: String, _ realm: Realm) -> Key<TrustStoreRecord>? {
        realm.elasticLoadBalancingPath(arn, "truststore", components: 2).map { Key(path: $0) }
    }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.arn("elasticloadbalancing", "truststore/\(key.path)") }

    package static let fields = FieldTable<TrustStoreRecord>([
        .init("name", \.name),
        .init("id", \.id),
        .init("bundlePEM", \.bundlePEM),
        .init("certificateCount", \.certificateCount),
        .init("lastRevocationID", \.lastRevocationID),
        .init("tags", \.tags),
        .init("createdAt", \.createdAt),
    ])
}
