import AWSModels
import AWSWire
import State

/// The shares of a service's target groups in what its listener rules forward.
struct TrafficWeights: Equatable {
    /// Target groups' ARNs, and their weights: 0 to 999.
    var weights: [String: Int]

    /// - Parameters:
    ///   - green: the target group of the new revision.
    ///   - blue: the other one.
    ///   - share: the part of the traffic that goes to `green`, in percent.
    init(green: String, blue: String, share: Double) {
        // Weights are whole numbers: tenths of a percent need a finer scale.
        let scale = share == share.rounded() ? 1.0 : 10.0
        let part = Int((share * scale).rounded())
        weights = [green: part, blue: Int(100 * scale) - part].mapValues { min($0, 999) }
    }
}

/// What a rule of a load balancer is to forward for a service.
struct TrafficWish: Equatable {
    /// The ARN of a rule, or of a Network Load Balancer's listener.
    var rule: String
    var weights: TrafficWeights
}

extension ServiceDeploymentRecord {
    /// What the listener rules of the service are to forward; empty when they are none of the deployment's business.
    /// When it is over they belong to whoever edits them.
    ///
    /// Production follows the deployment. The test rule leads to the new revision as long as the deployment says so,
    /// and to the one that serves production otherwise: that one is always there.
    /// Source: Amazon ECS Developer Guide, Lifecycle stages; Required resources for blue/green deployments.
    func trafficWishes(in snapshot: Snapshot) -> [TrafficWish] {
        guard isOpen, configuration.strategy ?? .rolling != .rolling,
            let revision = snapshot.get(ServiceRevisionRecord.key(cluster, service, rollbackRevision ?? target))
        else { return [] }
        // What is gone back to gets everything at once. A first revision has nobody to share with.
        let isAlone = rollbackRevision != nil || sources.isEmpty
        let production = isAlone ? 100 : productionTraffic
        let test = isAlone ? 100 : max(testTraffic, productionTraffic)
        var wishes: [TrafficWish] = []
        for (index, balancer) in revision.settings.loadBalancers.enumerated() {
            guard let advanced = balancer.advancedConfiguration, let first = balancer.targetGroupArn,
                let second = advanced.alternateTargetGroupArn, index < revision.resolvedLoadBalancers.count,
                let green = revision.resolvedLoadBalancers[index].targetGroupArn
            else { continue }
            let blue = green == first ? second : first
            if let rule = advanced.productionListenerRule {
                wishes.append(
                    TrafficWish(rule: rule, weights: TrafficWeights(green: green, blue: blue, share: production)))
            }
            if let rule = advanced.testListenerRule {
                wishes.append(TrafficWish(rule: rule, weights: TrafficWeights(green: green, blue: blue, share: test)))
            }
        }
        return wishes
    }
}

extension Transaction {
    /// Lets the listener rules of a service forward what its newest deployment wants.
    package mutating func shareTraffic(of service: ServiceRecord) {
        guard let id = service.serviceDeployment, service.status == .active,
            let deployment = get(ServiceDeploymentRecord.key(service.cluster, service.name, id))
        else { return }
        let wishes = deployment.trafficWishes(in: snapshot)
        let before = changes.count
        for wish in wishes { fulfil(wish) }
        guard changes.count > before else { return }
        let revision = Int(snapshot.revision) + 1
        update(deployment.key) { $0.trafficRevision = revision }
    }

    private mutating func fulfil(_ wish: TrafficWish) {
        if let key = ListenerRuleRecord.key(arn: wish.rule, realm), let rule = get(key) {
            guard let actions = rule.actions.shared(wish.weights) else { return }
            update(key) { $0.actions = actions }
        } else if let listener = snapshot.listener(ofRule: wish.rule) {
            guard let actions = listener.defaultActions.shared(wish.weights) else { return }
            update(listener.key) { $0.defaultActions = actions }
        }
    }
}

extension Snapshot {
    /// The listener that an ARN names: of a Network Load Balancer's, or of its default rule.
    fileprivate func listener(ofRule arn: String) -> ListenerRecord? {
        if let key = ListenerRecord.key(arn: arn, realm) { return get(key) }
        guard let rule = ListenerRuleRecord.key(arn: arn, realm), let listener = get(rule.listener),
            listener.defaultRuleARN(realm) == arn
        else { return nil }
        return listener
    }

    /// Whether the balancer nodes forward what a service deployment wants: its rules say so, and every node that is
    /// connected has applied that. Without a node nobody forwards anything.
    /// - Returns: nil when the deployment has no rules.
    func isTrafficShifted(by deployment: ServiceDeploymentRecord) -> Bool? {
        let wishes = deployment.trafficWishes(in: self)
        guard !wishes.isEmpty else { return nil }
        for wish in wishes where actions(ofRule: wish.rule)?.shared(wish.weights) != nil { return false }
        let nodes = list(BalancerNodeRecord.self).filter(\.isConnected)
        let needed = deployment.trafficRevision ?? 0
        return !nodes.isEmpty && nodes.allSatisfy { $0.appliedRevision >= needed }
    }

    private func actions(ofRule arn: String) -> [ELB.Action]? {
        ListenerRuleRecord.key(arn: arn, realm).flatMap { get($0)?.actions } ?? listener(ofRule: arn)?.defaultActions
    }
}

extension [ELB.Action] {
    /// The actions with other weights for a service's target groups; other groups keep theirs.
    /// - Returns: nil when they are so already, or do not forward.
    fileprivate func shared(_ wish: TrafficWeights) -> [ELB.Action]? {
        guard let index = lastIndex(where: { $0.type == .forward }) else { return nil }
        let old = self[index]
        var groups = old.forwardConfig?.targetGroups ?? []
        if groups.isEmpty, let only = old.targetGroupArn {
            groups = [ELB.TargetGroupTuple(targetGroupArn: only, weight: 1)]
        }
        let before = groups.map { ($0.targetGroupArn ?? "", $0.weight ?? 1) }
        for (arn, weight) in wish.weights.sorted(by: { $0.key < $1.key }) {
            if let place = groups.firstIndex(where: { $0.targetGroupArn == arn }) {
                groups[place].weight = weight
            } else {
                groups.append(ELB.TargetGroupTuple(targetGroupArn: arn, weight: weight))
            }
        }
        let after = groups.map { ($0.targetGroupArn ?? "", $0.weight ?? 1) }
        guard before.count != after.count || !zip(before, after).allSatisfy(==) else { return nil }
        var actions = self
        actions[index].forwardConfig = actions[index].forwardConfig ?? ELB.ForwardActionConfig()
        actions[index].forwardConfig?.targetGroups = groups
        // One group may be named twice; several only in the configuration.
        actions[index].targetGroupArn = groups.count == 1 ? groups[0].targetGroupArn : nil
        return actions
    }
}
