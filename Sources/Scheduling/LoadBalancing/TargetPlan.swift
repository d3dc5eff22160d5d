import AWSModels
import AWSWire
import State

/// Where the tasks of a deployment or task set are registered: one for each of its target groups.
package struct TargetPlan: Sendable, Equatable {
    /// The target group's ARN.
    package var targetGroup: String
    package var container: String
    /// The container's port.
    package var port: Int
}

extension Snapshot {
    /// The target groups of the deployments and task sets of a service, by their ids; those without any are left out.
    package func targetPlans(of service: ServiceRecord) -> [String: [TargetPlan]] {
        var plans: [String: [TargetPlan]] = [:]
        for deployment in service.deployments {
            let key = ServiceRevisionRecord.key(service.cluster, service.name, deployment.serviceRevision)
            if let revision = get(key), !revision.targetPlans.isEmpty { plans[deployment.id] = revision.targetPlans }
        }
        guard service.deploymentController != .ecs else { return plans }
        for set in taskSets(of: service.key) {
            let own = set.loadBalancers.compactMap { TargetPlan($0, in: $0.targetGroupArn) }
            if !own.isEmpty { plans[set.id] = own }
        }
        return plans
    }

    /// Whether a task is ACTIVATING between the start of its containers and its registration: one of a service with
    /// several target groups is.
    /// Source: Amazon ECS Developer Guide, Task lifecycle.
    package func activates(_ task: TaskRecord) -> Bool {
        guard task.targets.isEmpty, let name = task.service, let deployment = task.deployment,
            let service = get(ServiceRecord.key(task.cluster, name))
        else { return false }
        // Only a service with several load balancers has more than one target group.
        guard service.settings.loadBalancers.count > 1 || service.deployments.count > 1 else { return false }
        return (targetPlans(of: service)[deployment]?.count ?? 0) > 1
    }

    /// Where the tasks of the service's primary deployment are registered.
    func primaryTargetPlans(of service: ServiceRecord) -> [TargetPlan] {
        guard !service.settings.loadBalancers.isEmpty, let primary = service.primary else { return [] }
        return get(ServiceRevisionRecord.key(service.cluster, service.name, primary.serviceRevision))?.targetPlans ?? []
    }
}

extension TargetPlan {
    /// Nil for a Classic Load Balancer, which has no target group.
    fileprivate init?(_ balancer: ECS.LoadBalancer, in targetGroup: String?) {
        guard let targetGroup, let container = balancer.containerName, let port = balancer.containerPort else {
            return nil
        }
        self.init(targetGroup: targetGroup, container: container, port: port)
    }
}

extension ServiceRevisionRecord {
    /// Where the revision's tasks are registered.
    package var targetPlans: [TargetPlan] {
        settings.loadBalancers.enumerated().compactMap { index, balancer in
            let resolved = index < resolvedLoadBalancers.count ? resolvedLoadBalancers[index].targetGroupArn : nil
            return TargetPlan(balancer, in: resolved ?? balancer.targetGroupArn)
        }
    }

    /// Chooses the target groups of the revision's tasks: a service that shifts traffic has two for each load balancer,
    /// and a new revision gets the one that the old revision does not use.
    /// Source: Amazon ECS API Reference, AdvancedConfiguration and ServiceRevision (resolvedConfiguration).
    /// - Parameter source: the revision that serves; nil for the first one of a service.
    mutating func resolveTargetGroups(beside source: ServiceRevisionRecord?) {
        let used = Set((source?.targetPlans ?? []).map(\.targetGroup))
        let shiftsTraffic = settings.deploymentConfiguration.strategy ?? .rolling != .rolling
        resolvedLoadBalancers = settings.loadBalancers.map { balancer in
            var group = balancer.targetGroupArn
            if let alternate = balancer.advancedConfiguration?.alternateTargetGroupArn {
                // Without a shift the revisions share a group.
                let isAlternate = shiftsTraffic ? group.map(used.contains) ?? false : used.contains(alternate)
                if isAlternate { group = alternate }
            }
            return ECS.ServiceRevisionLoadBalancer(
                targetGroupArn: group, productionListenerRule: balancer.advancedConfiguration?.productionListenerRule)
        }
    }
}
