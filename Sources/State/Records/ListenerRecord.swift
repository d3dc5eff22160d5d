import AWSModels
import AWSWire

/// A port of a load balancer, and what happens to requests that no rule of it matches.
package struct ListenerRecord: Record {
    /// The load balancer's key: `app/NAME/ID`.
    package var loadBalancer = ""
    /// 16 hexadecimal digits.
    package var id = ""
    package var port = 0
    package var `protocol` = ELB.ProtocolEnum.http
    /// Of HTTPS and TLS listeners.
    package var sslPolicy: String?
    /// The ARNs of its certificates, the default one first; empty for listeners without TLS.
    package var certificates: [String] = []
    /// One name or none; TLS listeners only.
    package var alpnPolicy: [String] = []
    /// As on the wire; nil for listeners without TLS.
    package var mutualAuthentication: ELB.MutualAuthenticationAttributes?
    /// The actions of the default rule, with everything filled in. The rule is no record of its own.
    package var defaultActions: [ELB.Action] = []
    /// The id in the default rule's ARN.
    package var defaultRuleID = ""
    package var defaultRuleTags: [ELB.Tag] = []
    /// Those attributes that differ from their defaults.
    package var attributes: [String: String] = [:]
    package var tags: [ELB.Tag] = []

    package init() {}

    package var key: Key<ListenerRecord> { Key(loadBalancer, id) }

    /// The key of the load balancer.
    package var loadBalancerKey: Key<LoadBalancerRecord> { Key(path: loadBalancer) }

    /// The key of the listener with an ARN of this realm; nil for other ARNs.
    package static func key(arn: String, _ realm: Realm) -> Key<ListenerRecord>? {
        realm.elasticLoadBalancingPath(arn, "listener", components: 4).map { Key(path: $0) }
    }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { key.arn(realm) }

    /// The ARN of the default rule.
    package func defaultRuleARN(_ realm: Realm) -> String {
        Key<ListenerRuleRecord>(key.path, defaultRuleID).arn(realm)
    }

    package static let fields = FieldTable<ListenerRecord>([
        .init("loadBalancer", \.loadBalancer),
        .init("id", \.id),
        .init("port", \.port),
        .init("protocol", \.protocol),
        .init("sslPolicy", \.sslPolicy),
        .init("certificates", \.certificates),
        .init("alpnPolicy", \.alpnPolicy),
        .init("mutualAuthentication", \.mutualAuthentication),
        .init("defaultActions", \.defaultActions),
        .init("defaultRuleID", \.defaultRuleID),
        .init("defaultRuleTags", \.defaultRuleTags),
        .init("attributes", \.attributes),
        .init("tags", \.tags),
    ])

    package static func derive(_ tables: inout Tables, _ old: Self?, _ new: Self?) {
        guard let path = old?.key.path ?? new?.key.path else { return }
        tables.derived.forward(from: path, old?.defaultActions ?? [], new?.defaultActions ?? [])
    }
}

extension Key where R == ListenerRecord {
    /// The ARN of the listener.
    package func arn(_ realm: Realm) -> String { realm.arn("elasticloadbalancing", "listener/\(path)") }

    /// The key of the load balancer: all but the last component.
    package var loadBalancer: Key<LoadBalancerRecord> { Key<LoadBalancerRecord>(path: parentPath(path)) }
}
