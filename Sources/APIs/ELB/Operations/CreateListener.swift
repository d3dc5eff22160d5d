import APIPipeline
import AWSModels
import AWSWire
import State

/// Creates a listener. The same port with the same settings gives the listener that is there.
/// Source: Elastic Load Balancing API Reference, CreateListener.
/// Seam: Actions that authenticate users and QUIC are refused.
struct CreateListener: Operation {
    static let model = ELB.Operations.createListener

    func access(
        _ input: ELB.CreateListenerInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let key = LoadBalancerRecord.key(arn: input.loadBalancerArn, tx.realm)
        return permission(
            key.map { tx.realm.arn("elasticloadbalancing", "listener/\($0.path)/*") } ?? input.loadBalancerArn)
    }

    func perform(
        _ input: ELB.CreateListenerInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.CreateListenerOutput {
        let balancer = try tx.snapshot.loadBalancer(arn: input.loadBalancerArn)
        var record = try asked(input, balancer, tx.snapshot)
        let others = tx.snapshot.list(ListenerRecord.self, prefix: balancer.key.path + "/")
        if let found = others.first(where: { $0.port == record.port }) {
            guard found.hasSettings(of: record) else {
                throw .duplicateListener(
                    "A listener already exists on this port for this load balancer '\(input.loadBalancerArn)'")
            }
            return ELB.CreateListenerOutput(listeners: [ELB.Listener(found, tx.realm)])
        }
        guard others.count < Quotas.listenersPerLoadBalancer else {
            throw .tooManyListeners(
                "The maximum number of listeners, \(Quotas.listenersPerLoadBalancer), has been reached"
            )
        }
        record.id = context.random.hex(16)
        record.defaultRuleID = context.random.hex(16)
        tx.put(record)
        return ELB.CreateListenerOutput(listeners: [ELB.Listener(record, tx.realm)])
    }

    /// The listener that a request asks for, without what is made up.
    private func asked(
        _ input: ELB.CreateListenerInput, _ balancer: LoadBalancerRecord, _ snapshot: Snapshot
    ) throws(WireError) -> ListenerRecord {
        guard let name = input.protocol else { throw .validationError("A listener protocol must be specified") }
        guard let port = input.port else { throw .validationError("A listener port must be specified") }
        try ListenerRules.check(name, balancer.type)
        var record = ListenerRecord()
        (record.loadBalancer, record.protocol, record.port) = (balancer.key.path, name, port)
        record.tags = try Tags.checked(input.tags)
        if ListenerProtocols.isSecure(name) {
            record.certificates = [try ListenerRules.defaultCertificate(input.certificates ?? [], name, snapshot)]
            record.sslPolicy = try ListenerRules.sslPolicy(input.sslPolicy ?? SSLPolicy.defaultName)
        } else {
            try ListenerRules.checkPlain(name, input.certificates, input.sslPolicy)
        }
        record.alpnPolicy = try ListenerRules.alpnPolicy(input.alpnPolicy ?? [], name)
        record.mutualAuthentication = try MutualAuthenticationRules.checked(
            input.mutualAuthentication, for: record, snapshot)
        let rules = ActionRules(protocol: name, loadBalancer: balancer.key, snapshot: snapshot)
        record.defaultActions = try rules.checked(input.defaultActions)
        return record
    }
}

extension ListenerRecord {
    /// Whether both were asked for with the same words.
    fileprivate func hasSettings(of other: ListenerRecord) -> Bool {
        `protocol` == other.protocol && sslPolicy == other.sslPolicy && alpnPolicy == other.alpnPolicy
            && certificates.first == other.certificates.first
            && MutualAuthenticationRules.isSame(mutualAuthentication, other.mutualAuthentication)
            && defaultActions.count == other.defaultActions.count
            && zip(defaultActions, other.defaultActions).allSatisfy { $0.sameEncoding(as: $1) }
    }
}
