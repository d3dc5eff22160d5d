import APIPipeline
import AWSModels
import AWSWire
import State

/// Creates a rule of a listener. Its priority must be free.
/// Source: Elastic Load Balancing API Reference, CreateRule.
struct CreateRule: Operation {
    static let model = ELB.Operations.createRule

    func access(
        _ input: ELB.CreateRuleInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let key = ListenerRecord.key(arn: input.listenerArn, tx.realm)
        return permission(
            key.map { tx.realm.arn("elasticloadbalancing", "listener-rule/\($0.path)/*") } ?? input.listenerArn)
    }

    func perform(
        _ input: ELB.CreateRuleInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.CreateRuleOutput {
        let listener = try tx.snapshot.listener(arn: input.listenerArn)
        guard listener.protocol == .http || listener.protocol == .https else {
            throw .unsupportedProtocol("Rules are unsupported for Network Load Balancer listeners")
        }
        let prefix = "\(listener.key.path)/\(paddedPriority(input.priority))/"
        guard tx.snapshot.count(ListenerRuleRecord.self, .ruleByPriority, prefix: prefix) == 0 else {
            throw .priorityInUse("Priority '\(input.priority)' is currently in use")
        }
        let count = tx.snapshot.table(ListenerRuleRecord.self).count(prefix: listener.loadBalancer + "/")
        guard count < Quotas.rulesPerLoadBalancer else {
            throw .tooManyRules(
                "The maximum number of rules of a load balancer, \(Quotas.rulesPerLoadBalancer), has been reached")
        }
        var record = ListenerRuleRecord()
        (record.listener, record.priority) = (listener.key.path, input.priority)
        record.tags = try Tags.checked(input.tags)
        record.conditions = try ConditionRules.checked(input.conditions)
        let rules = ActionRules(
            protocol: listener.protocol, loadBalancer: listener.loadBalancerKey, snapshot: tx.snapshot)
        record.actions = try rules.checked(input.actions)
        record.transforms = try TransformRules.checked(input.transforms ?? [])
        record.id = context.random.hex(16)
        tx.put(record)
        guard tx.snapshot.targetGroups(of: listener.loadBalancerKey).count <= Quotas.targetGroupsPerLoadBalancer else {
            throw .tooManyUniqueTargetGroupsPerLoadBalancer(
                "The maximum number of target groups, \(Quotas.targetGroupsPerLoadBalancer), has been reached")
        }
        return ELB.CreateRuleOutput(rules: [ELB.Rule(record, tx.realm)])
    }
}
