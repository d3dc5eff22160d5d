import AWSModels
import AWSWire
import State

extension ELB.Listener {
    /// A listener as clients see it: of its certificates only the default one.
    init(_ record: ListenerRecord, _ realm: Realm) {
        let certificates = record.certificates.first.map { [ELB.Certificate(certificateArn: $0)] }
        self.init(
            listenerArn: record.arn(realm), loadBalancerArn: record.loadBalancerKey.arn(realm), port: record.port,
            protocol: record.protocol, certificates: certificates, sslPolicy: record.sslPolicy,
            defaultActions: record.defaultActions, alpnPolicy: record.alpnPolicy.isEmpty ? nil : record.alpnPolicy,
            mutualAuthentication: record.mutualAuthentication)
    }
}

extension ELB.Rule {
    /// A rule as clients see it.
    init(_ record: ListenerRuleRecord, _ realm: Realm) {
        self.init(
            ruleArn: record.arn(realm), priority: String(record.priority), conditions: record.conditions,
            actions: record.actions, isDefault: false, transforms: record.transforms)
    }

    /// The default rule of a listener.
    init(defaultOf listener: ListenerRecord, _ realm: Realm) {
        self.init(
            ruleArn: listener.defaultRuleARN(realm), priority: "default", conditions: [],
            actions: listener.defaultActions, isDefault: true, transforms: [])
    }
}

extension Snapshot {
    /// The rules of a listener in the order in which they are looked at, the default one last.
    func rules(of listener: ListenerRecord) -> [ELB.Rule] {
        list(ListenerRuleRecord.self, .ruleByPriority, prefix: listener.key.path + "/").map { ELB.Rule($0, realm) }
            + [ELB.Rule(defaultOf: listener, realm)]
    }
}
