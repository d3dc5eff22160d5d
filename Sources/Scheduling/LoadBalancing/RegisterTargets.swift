import AWSModels
import AWSWire
import State

extension RegisteredTarget {
    /// The key of the target's record; nil when the group is none of this region.
    package func key(_ realm: Realm) -> Key<TargetRecord>? {
        TargetGroupRecord.key(arn: targetGroup, realm).map { TargetRecord.key($0, id, port) }
    }
}

extension Snapshot {
    /// What a task is registered as: an instance and a port of it, or an address and the container's port for a task
    /// with a network interface of its own.
    /// Source: Amazon ECS API Reference, LoadBalancer (targetGroupArn); Developer Guide, Use load balancing.
    /// - Returns: empty while not all of it is known.
    func targets(of task: TaskRecord, _ plans: [TargetPlan]) -> [RegisteredTarget] {
        let targets = plans.compactMap { plan in
            place(of: task, plan).map { RegisteredTarget(targetGroup: plan.targetGroup, id: $0.id, port: $0.port) }
        }
        return targets.count == plans.count ? targets : []
    }

    private func place(of task: TaskRecord, _ plan: TargetPlan) -> (id: String, port: Int)? {
        let mode = get(task.definitionKey)?.definition.networkMode
        if mode == .awsvpc { return task.interface.map { ($0.address, plan.port) } }
        guard let instance = task.instanceKey.flatMap({ get($0) })?.ec2InstanceID else { return nil }
        if mode == .host { return (instance, plan.port) }
        let bindings = task.containers.first { $0.name == plan.container }?.networkBindings ?? []
        return bindings.first { $0.containerPort == plan.port }?.hostPort.map { (instance, $0) }
    }
}

extension Transaction {
    /// Registers a task whose containers run in its target groups; one that waited for that is RUNNING then.
    /// - Returns: whether it could be done now.
    package mutating func registerTargets(
        of task: TaskRecord, _ plans: [TargetPlan], at now: Timestamp
    ) -> Bool {
        let targets = snapshot.targets(of: task, plans)
        guard !targets.isEmpty, task.targets.isEmpty, let service = task.service else { return false }
        for target in targets {
            guard let key = target.key(realm), let group = TargetGroupRecord.key(arn: target.targetGroup, realm),
                get(group) != nil
            else { continue }
            let owner = ServiceRecord.key(task.cluster, service)
            put(TargetRecord(target, of: task, owner, group, over: get(key), at: now))
        }
        var task = task
        let status = task.lastStatus
        task.targets = targets
        task.advance(to: .running, at: now)
        store(task, was: status, at: now)
        return true
    }
}

extension TargetRecord {
    /// A target that is registered for a task. One that is registered already only changes hands.
    fileprivate init(
        _ target: RegisteredTarget, of task: TaskRecord, _ service: Key<ServiceRecord>,
        _ group: Key<TargetGroupRecord>, over old: TargetRecord?, at now: Timestamp
    ) {
        self.init()
        if let old, old.drainingSince == nil { self = old }
        targetGroup = group.path
        id = target.id
        port = target.port
        if old?.drainingSince != nil || old == nil {
            registeredAt = now
            health.since = now
        }
        self.task = task.key.path
        self.service = service.path
    }
}
