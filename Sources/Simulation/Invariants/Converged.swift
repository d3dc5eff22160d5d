import Agent
import Scheduling
import State

/// What a region must have become some time after the last fault: every service at its count, nothing half done, and
/// in the engines what the tasks say and no more.
package struct Converged {
    package var hosts: [HostView]
    package var durable: Snapshot

    package init(hosts: [HostView], durable: Snapshot) {
        self.hosts = hosts
        self.durable = durable
    }

    /// What is not as it should be; nil when all is.
    package var breach: String? {
        for service in durable.list(ServiceRecord.self) {
            if let breach = breach(service) { return breach }
        }
        if let breach = targetBreach { return breach }
        for interface in durable.list(NetworkInterfaceRecord.self) {
            let task = durable.get(Key<TaskRecord>(path: interface.task))
            guard task?.lastStatus == .running else { return "\(interface.key) was not given back" }
        }
        for daemon in durable.list(DaemonRecord.self) {
            if let breach = breach(daemon) { return breach }
        }
        for task in durable.list(TaskRecord.self) {
            if let breach = breach(task) { return breach }
        }
        return orphan ?? missing
    }

    private func breach(_ service: ServiceRecord) -> String? {
        guard service.status != .inactive else { return nil }
        guard service.status == .active else { return "\(service.key) is still \(service.status.rawValue)" }
        let tasks = durable.liveTasks(of: service.key)
        let running = tasks.count { $0.lastStatus == .running && $0.desiredStatus == .running }
        guard running == service.desiredCount, tasks.count == running else {
            return "\(service.key) has \(running) of \(service.desiredCount) tasks, and \(tasks.count - running) others"
        }
        guard service.rebalancing == nil else { return "\(service.key) is still balancing its zones" }
        let low = (service.desiredCount * service.settings.minimumHealthyPercent + 99) / 100
        let high = service.desiredCount * service.settings.maximumPercent / 100
        let mayMove = low < service.desiredCount || high > service.desiredCount
        guard mayMove, service.desiredCount > 0 else { return nil }
        guard service.deploymentController == .ecs else { return nil }
        if tasks.contains(where: { $0.deployment != service.primary?.id }) {
            return "\(service.key) runs an old revision"
        }
        return service.deployments.count == 1 ? nil : "\(service.key) has \(service.deployments.count) deployments"
    }

    /// Every running task of a service is healthy once in each of its target groups, and nothing else is there.
    private var targetBreach: String? {
        var expected: Set<String> = []
        for service in durable.list(ServiceRecord.self) where service.status == .active {
            let plans = durable.targetPlans(of: service)
            for task in durable.liveTasks(of: service.key) {
                let groups = (plans[task.deployment ?? ""] ?? []).map(\.targetGroup)
                guard task.targets.map(\.targetGroup) == groups else {
                    return "\(task.key) has \(task.targets.count) targets for \(groups.count) groups"
                }
                for key in task.targets.compactMap({ $0.key(durable.realm) }) {
                    guard durable.get(key)?.task == task.key.path, expected.insert(key.path).inserted else {
                        return "\(key) is not of \(task.key)"
                    }
                }
            }
        }
        for target in durable.list(TargetRecord.self) {
            guard expected.contains(target.key.path) else { return "\(target.key) is of nobody" }
            guard target.drainingSince == nil, target.health.state == .healthy else {
                return "\(target.key) is \(target.health.state.rawValue), draining: \(target.drainingSince != nil)"
            }
        }
        return nil
    }

    private func breach(_ daemon: DaemonRecord) -> String? {
        guard daemon.status == .active else { return "\(daemon.key) is still \(daemon.status.rawValue)" }
        let deployment = durable.get(daemon.deploymentKey)
        guard deployment?.status == .successful, let target = daemon.targetKey.flatMap({ durable.get($0) }) else {
            return "\(daemon.key)'s deployment is \(deployment?.status.rawValue ?? "not there")"
        }
        let wanted = durable.list(ContainerInstanceRecord.self).filter { instance in
            // A host that was registered twice has left an instance behind.
            instance.status == .active && instance.agentConnected
                && instance.capacityProviderName.map(target.capacityProviders.contains) ?? false
        }
        let tasks = durable.liveTasks(of: daemon.key).filter { $0.daemonRevision == target.id }
        let served = Set(tasks.compactMap(\.instanceID))
        guard tasks.count == wanted.count, wanted.allSatisfy({ served.contains($0.id) }) else {
            return "\(daemon.key) has \(tasks.count) tasks for \(wanted.count) instances"
        }
        return nil
    }

    private func breach(_ task: TaskRecord) -> String? {
        switch (task.desiredStatus, task.lastStatus) {
        case (_, .stopped), (.running, .running): nil
        default: "\(task.key) is \(task.lastStatus.rawValue) and is to be \(task.desiredStatus.rawValue)"
        }
    }

    private var running: [(host: HostView, container: SurveyedContainer)] {
        hosts.flatMap { host in host.containers.filter(\.isRunning).map { (host, $0) } }
    }

    private var orphan: String? {
        for (host, container) in running {
            let key = Scene.key(ofTask: container.reference.task)
            guard durable.get(key)?.lastStatus == .running else {
                return "\(container.reference.container) of \(key) runs on \(host.name), the task does not"
            }
        }
        return nil
    }

    private var missing: String? {
        let found = Set(running.map(\.container.reference))
        for task in durable.list(TaskRecord.self) where task.lastStatus == .running {
            let essential = durable.get(task.definitionKey)?.definition.containerDefinitions ?? []
            for container in essential where container.essential ?? true {
                let reference = ContainerReference(task: task.arn(durable.realm), container: container.name ?? "")
                if !found.contains(reference) { return "\(task.key) is RUNNING, its \(reference.container) is not" }
            }
        }
        return nil
    }
}
