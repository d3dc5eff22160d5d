import AWSModels
import AWSWire
import State

/// Turns what became durable into lines of a history. Tasks, events and service deployments are told change by change;
/// what a service and an instance look like is told before the next line of the scenario and at the end of a second.
struct ScenarioWitness {
    var names = ScenarioNames()
    var history = ScenarioHistory()
    /// The names of machines, by their EC2 instance's id.
    var machines: [String: String] = [:]
    /// Those whose looks may have changed in this second.
    private(set) var services: [String] = []
    private var instances: [Key<ContainerInstanceRecord>] = []
    /// What was told last.
    private var told: [String: String] = [:]
    /// The deployments and task sets that each service showed last.
    private var shownOf: [String: [String]] = [:]

    /// Tells what a commit changed.
    mutating func note(_ changes: [Change]) {
        for change in changes { name(change) }
        for change in changes {
            switch change {
            case .task(let delta): note(delta)
            case .service(let delta): note(delta)
            case .serviceDeployment(let delta): note(delta, in: changes)
            case .target(let delta): note(delta)
            case .listenerRule(let delta): note(delta)
            case .taskSet(let delta): if let set = delta.new ?? delta.old { look(at: set.service) }
            case .containerInstance(let delta): if !instances.contains(delta.key) { instances.append(delta.key) }
            default: break
            }
        }
    }

    private mutating func name(_ change: Change) {
        switch change {
        case .task(let delta): names.add(.task, delta.new?.id, value: delta.new?.id)
        case .service(let delta):
            for deployment in (delta.new?.deployments ?? []).reversed() {
                names.add(.deployment, String(deployment.id.dropFirst("ecs-svc/".count)), value: deployment.id)
            }
        case .serviceDeployment(let delta):
            names.add(.serviceDeployment, delta.new?.id, value: "service-deployment/\(delta.key.path)")
            for hook in delta.new?.hooks ?? [] { names.add(.hook, hook.id, value: hook.id) }
        case .taskSet(let delta): names.add(.deployment, delta.new?.digits, value: delta.new?.id)
        case .containerInstance(let delta):
            guard let new = delta.new, let name = machines[new.ec2InstanceID ?? ""] else { return }
            names.add(instance: new.id, name: name)
        default: break
        }
    }

    private mutating func look(at service: String) {
        if !services.contains(service) { services.append(service) }
    }

    // MARK: Tasks

    private mutating func note(_ delta: Delta<TaskRecord>) {
        guard let task = delta.new else { return }
        if let service = task.service { look(at: service) }
        guard let old = delta.old else { return say(birth(task), of: task) }
        if old.deployment != task.deployment { say("now of \(deployment(of: task))", of: task) }
        if old.instanceID == nil, task.instanceID != nil { say(place(of: task), of: task) }
        if old.desiredStatus != task.desiredStatus, task.lastStatus != .stopped {
            say("to stop: \(cause(of: task))", of: task)
        }
        if old.lastStatus != task.lastStatus, old.instanceID != nil || task.lastStatus != .pending {
            say(task.lastStatus.rawValue + (task.lastStatus == .stopped ? end(of: task, was: old) : ""), of: task)
        }
        noteHealth(task, old)
        if (old.protectedUntil == nil) != (task.protectedUntil == nil), task.desiredStatus == .running {
            say(task.protectedUntil == nil ? "not protected any more" : "protected", of: task)
        }
    }

    private mutating func say(_ text: String, of task: TaskRecord) {
        history.say(names.plain(text), of: names.name(task.id))
    }

    private func birth(_ task: TaskRecord) -> String {
        let owner = task.deployment == nil ? "" : ", \(deployment(of: task))"
        return "(\(task.family):\(task.revision)\(owner)) \(place(of: task))"
    }

    private func deployment(of task: TaskRecord) -> String { names.plain(task.deployment ?? "none") }

    private func place(of task: TaskRecord) -> String {
        let provider = task.capacityProviderName.map { ", capacity provider \($0)" } ?? ""
        return "\(task.lastStatus.rawValue)\(task.instanceID.map { " on \($0)" } ?? "")\(provider)"
    }

    private func cause(of task: TaskRecord) -> String {
        "\(task.stopCode?.rawValue ?? "no stop code"), \(task.stoppedReason ?? "no reason")"
    }

    private func end(of task: TaskRecord, was old: TaskRecord) -> String {
        let ended = task.containers.filter {
            $0.exitCode != nil || ($0.reason != nil && $0.reason != task.stoppedReason)
        }
        let containers = ended.map { container in
            let code = container.exitCode.map { " exit code \($0)" } ?? ""
            return "\(container.name)\(code)\(container.reason.map { " \($0)" } ?? "")"
        }
        let ends = containers.isEmpty ? "" : " (\(containers.joined(separator: "; ")))"
        return (old.desiredStatus == .running ? ": \(cause(of: task))" : "") + ends
    }

    private mutating func noteHealth(_ task: TaskRecord, _ old: TaskRecord) {
        for (new, before) in zip(task.containers, old.containers)
        where new.healthStatus != before.healthStatus && task.lastStatus != .stopped {
            say("\(new.healthStatus.rawValue) (\(new.name))", of: task)
        }
    }

    // MARK: Services

    private mutating func note(_ delta: Delta<ServiceRecord>) {
        guard let service = delta.new else { return }
        look(at: service.name)
        let known = Set((delta.old?.events ?? []).compactMap(\.id))
        for event in service.events.reversed() where !known.contains(event.id ?? "") {
            history.say(names.plain(event.message ?? ""))
        }
        if let old = delta.old, old.status != service.status {
            history.say("service \(service.name) \(service.status.rawValue)")
        }
    }

    /// - Parameter changes: the commit; of several changes of one deployment clients see the last.
    private mutating func note(_ delta: Delta<ServiceDeploymentRecord>, in changes: [Change]) {
        guard let new = delta.new else { return }
        look(at: new.service)
        for hook in new.hooks where delta.old?.hooks.first(where: { $0.id == hook.id })?.status != hook.status {
            history.say("hook \(names.name(hook.id)) \(hook.hookStage.rawValue) \(hook.status.rawValue)")
        }
        let isLast = !changes.contains { change in
            if case .serviceDeployment(let later) = change { later.key == delta.key && later.old == new } else { false }
        }
        if isLast { tell(names.plain(state(new)), of: new.id) }
    }

    private func state(_ deployment: ServiceDeploymentRecord) -> String {
        let name = "service deployment \(deployment.id) \(deployment.status.rawValue)"
        let reason = deployment.statusReason.map { ": \($0)" } ?? ""
        guard let stage = deployment.lifecycleStage else { return name + reason }
        let traffic = "production \(share(deployment.productionTraffic)), test \(share(deployment.testTraffic))"
        return "\(name) \(stage.rawValue), traffic of the new revision: \(traffic)\(reason)"
    }

    private func share(_ percent: Double) -> String {
        percent == percent.rounded() ? "\(Int(percent)) %" : "\(percent) %"
    }

    // MARK: Instances, and the end of a second

    /// Tells what has a new look.
    /// - Parameter describe: a service as DescribeServices shows it.
    mutating func tell(_ snapshot: Snapshot, _ describe: (String) -> JSONValue?) {
        tellInstances(snapshot)
        for name in services {
            guard let service = describe(name) else { continue }
            let lines = ServiceLook(service).lines
            for line in lines { tell(names.plain(line.text), of: line.id) }
            let shown = lines.map(\.id)
            for id in shownOf[name] ?? [] where !shown.contains(id) { tell(names.plain("\(id) is gone"), of: id) }
            shownOf[name] = shown
        }
        services = []
    }

    /// Tells how instances look that may look differently now.
    mutating func tellInstances(_ snapshot: Snapshot) {
        for instance in instances.compactMap({ snapshot.get($0) }) {
            let agent = instance.agentConnected ? "agent connected" : "agent not connected"
            tell("\(names.name(instance.id)) \(instance.status.rawValue), \(agent)", of: instance.id)
        }
        instances = []
    }

    private mutating func tell(_ text: String, of id: String) {
        guard told.updateValue(text, forKey: id) != text else { return }
        history.say(text)
    }
}
