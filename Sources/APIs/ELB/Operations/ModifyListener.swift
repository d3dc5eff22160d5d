import APIPipeline
import AWSModels
import AWSWire
import State

/// Replaces those parts of a listener that a request names.
/// A listener that no longer ends TLS loses its policy and its certificates.
/// Source: Elastic Load Balancing API Reference, ModifyListener.
struct ModifyListener: Operation {
    static let model = ELB.Operations.modifyListener

    func access(
        _ input: ELB.ModifyListenerInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.listenerArn)
    }

    func perform(
        _ input: ELB.ModifyListenerInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.ModifyListenerOutput {
        var record = try tx.snapshot.listener(arn: input.listenerArn)
        guard let balancer = tx.get(record.loadBalancerKey) else { throw .oneListenerNotFound }
        let old = record
        record.port = input.port ?? record.port
        record.protocol = input.protocol ?? record.protocol
        try ListenerRules.check(record.protocol, balancer.type)
        try apply(input, to: &record, tx.snapshot)
        let others = tx.snapshot.list(ListenerRecord.self, prefix: balancer.key.path + "/")
        guard !others.contains(where: { $0.id != record.id && $0.port == record.port }) else {
            throw .duplicateListener(
                "A listener already exists on this port for this load balancer '\(balancer.arn(tx.realm))'")
        }
        let rules = ActionRules(protocol: record.protocol, loadBalancer: balancer.key, snapshot: tx.snapshot)
        if let actions = input.defaultActions {
            record.defaultActions = try rules.checked(actions)
        } else if record.protocol != old.protocol {
            record.defaultActions = try rules.checked(record.defaultActions)
        }
        if record.protocol != old.protocol {
            record.attributes = record.attributes.filter { record.attributeTable.definition($0.key) != nil }
        }
        tx.put(record)
        return ELB.ModifyListenerOutput(listeners: [ELB.Listener(record, tx.realm)])
    }

    /// What has to do with TLS.
    private func apply(
        _ input: ELB.ModifyListenerInput, to record: inout ListenerRecord, _ snapshot: Snapshot
    ) throws(WireError) {
        guard ListenerProtocols.isSecure(record.protocol) else {
            try ListenerRules.checkPlain(record.protocol, input.certificates, input.sslPolicy)
            (record.certificates, record.sslPolicy) = ([], nil)
            record.alpnPolicy = try ListenerRules.alpnPolicy(input.alpnPolicy ?? [], record.protocol)
            record.mutualAuthentication = try MutualAuthenticationRules.checked(
                input.mutualAuthentication, for: record, snapshot)
            return
        }
        if input.certificates != nil || record.certificates.isEmpty {
            let arn = try ListenerRules.defaultCertificate(input.certificates ?? [], record.protocol, snapshot)
            record.certificates = [arn] + record.certificates.dropFirst()
        }
        record.sslPolicy = try ListenerRules.sslPolicy(
            input.sslPolicy ?? record.sslPolicy ?? SSLPolicy.defaultName)
        let alpn = input.alpnPolicy ?? (record.protocol == .tls ? record.alpnPolicy : [])
        record.alpnPolicy = try ListenerRules.alpnPolicy(alpn, record.protocol)
        record.mutualAuthentication = try MutualAuthenticationRules.checked(
            input.mutualAuthentication ?? (record.protocol == .https ? record.mutualAuthentication : nil),
            for: record, snapshot)
    }
}
