import AWSWire
import State

/// What clients do.
extension Workload {
    /// One thing, by chance.
    func act() {
        switch dice.number(0...99) {
        case 0..<30: runTask()
        case 30..<42: stopTask()
        case 42..<50: createService()
        case 50..<72: updateService()
        case 72..<74: deleteService()
        case 74..<80: register(dice.pick(DefinitionKind.allCases) ?? .steady)
        case 80..<83: setState("DRAINING")
        case 83..<88: setState("ACTIVE")
        case 88..<89: deregister()
        case 89..<93: actOnDaemon()
        default: describe()
        }
    }

    func register(_ kind: DefinitionKind) {
        let index = DefinitionKind.allCases.firstIndex(of: kind) ?? 0
        let memory = dice.pick([64, 128, 256]) ?? 64
        // Ports of their own for every service, so that only its own tasks are in a service's way.
        let body = kind.request("family\(index)", port: 8_000 + dice.number(0...2), memory: memory, dice)
        call("RegisterTaskDefinition", body) { [self] answer in
            guard let answer, answer.isSuccess, let definition = answer.body["taskDefinition"],
                let family = definition["family"]?.stringValue, let revision = definition["revision"]?.intValue
            else { return }
            kinds["\(family):\(revision)"] = kind
            note(.definition(TaskDefinitionRecord.key(family, revision)))
        }
    }

    private func someDefinition() -> String? { dice.pick(kinds.keys.sorted()) }

    private func runTask() {
        guard let definition = someDefinition() else { return }
        var body: JSONValue = [
            "taskDefinition": .string(definition), "count": .int(Int64(dice.number(1...4))),
        ]
        if dice.chance(0.2) {
            body["overrides"] = ["memory": .string("\(dice.pick([512, 1_024, 2_048]) ?? 512)")]
        }
        if dice.chance(0.3) {
            body["placementStrategy"] = dice.pick([[["type": "random"]], [["type": "binpack", "field": "memory"]]])
        }
        guard dice.chance(0.5) else { return run(body, nil, tries: 1) }
        let token = token()
        body["clientToken"] = .string(token)
        run(body, token, tries: 20)
        // A client that never heard of the first answer, or is two clients.
        if dice.chance(0.3) {
            timeline.after(dice.milliseconds(0...60_000)) { [self, body] in run(body, token, tries: 3) }
        }
    }

    private func run(_ body: JSONValue, _ token: String?, tries: Int) {
        call("RunTask", body, tries: tries) { [self] answer in
            guard let answer, answer.isSuccess else { return }
            let tasks = (answer.body["tasks"]?.arrayValue ?? []).compactMap { $0.key("taskArn", TaskRecord.self) }
            note(.started(token: token, tasks: tasks))
        }
    }

    private func stopTask() {
        let tasks = look().list(TaskRecord.self).filter { $0.desiredStatus == .running }
        if let task = dice.pick(tasks) { stop(task.key, tries: 1) }
    }

    private func stop(_ key: Key<TaskRecord>, tries: Int) {
        call("StopTask", stopRequest(key), tries: tries) { [self] answer in
            if answer?.isSuccess == true { note(.stopped(key)) }
        }
    }

    private func stopRequest(_ key: Key<TaskRecord>) -> JSONValue {
        ["task": .string(String(key.path.split(separator: "/").last ?? ""))]
    }

    // MARK: Services

    /// Percentages a service may have. A service with static ports needs to be able to stop first.
    private func percentages(_ kind: DefinitionKind?) -> JSONValue {
        if kind == .staticPort { return ["minimumHealthyPercent": 0, "maximumPercent": 200] }
        let pairs: [(Int64, Int64)] = [(100, 200), (50, 200), (0, 100), (50, 100), (100, 150), (75, 125)]
        let (low, high) = dice.pick(pairs) ?? (100, 200)
        return ["minimumHealthyPercent": .int(low), "maximumPercent": .int(high)]
    }

    private func createService() {
        guard let definition = someDefinition() else { return }
        let name = "service\(dice.number(1...4))"
        let count = dice.number(0...4)
        let body: JSONValue = [
            "serviceName": .string(name), "taskDefinition": .string(definition), "desiredCount": .int(Int64(count)),
            "deploymentConfiguration": percentages(kinds[definition]),
        ]
        call("CreateService", body) { [self] answer in
            if answer?.isSuccess == true {
                note(.service(ServiceRecord.key("default", name), desiredCount: count))
            }
        }
    }

    private func someService() -> ServiceRecord? {
        dice.pick(look().list(ServiceRecord.self).filter { $0.status == .active })
    }

    private func updateService() {
        guard let service = someService() else { return }
        var body: JSONValue = ["service": .string(service.name)]
        switch dice.number(0...5) {
        case 0, 1: body["desiredCount"] = .int(Int64(dice.number(0...5)))
        case 2, 3:
            guard let definition = someDefinition() else { return }
            body["taskDefinition"] = .string(definition)
            if kinds[definition] == .staticPort { body["deploymentConfiguration"] = percentages(.staticPort) }
        case 4: body["forceNewDeployment"] = true
        default: body["deploymentConfiguration"] = percentages(kind(of: service))
        }
        call("UpdateService", body) { _ in }
    }

    private func kind(of service: ServiceRecord) -> DefinitionKind? {
        service.primary.flatMap { kinds["\($0.family):\($0.revision)"] }
    }

    private func deleteService() {
        guard let service = someService() else { return }
        call("DeleteService", ["service": .string(service.name), "force": true]) { [self] answer in
            if answer?.isSuccess == true { note(.serviceDeleted(service.key)) }
        }
    }

    // MARK: Instances

    private func instances() -> [ContainerInstanceRecord] {
        look().list(ContainerInstanceRecord.self).filter { $0.status != .inactive }
    }

    private func setState(_ status: String) {
        guard let instance = dice.pick(instances()) else { return }
        call("UpdateContainerInstancesState", state([instance], status)) { _ in }
    }

    private func state(_ instances: [ContainerInstanceRecord], _ status: String) -> JSONValue {
        ["containerInstances": .array(instances.map { .string($0.id) }), "status": .string(status)]
    }

    /// Takes an instance out by force; somebody starts its agent anew some time later.
    private func deregister() {
        guard let instance = dice.pick(instances()),
            let host = hosts.first(where: { $0.journal.instanceID == instance.ec2InstanceID })
        else { return }
        let pause = dice.milliseconds(0...120_000)
        call("DeregisterContainerInstance", ["containerInstance": .string(instance.id), "force": true]) { [self] _ in
            timeline.after(pause) { [self] in restart(host) }
        }
    }

    private func restart(_ host: SimulatedHost) {
        guard host.agent != nil else { return }
        host.crashAgent()
        timeline.after(host.network.dice.milliseconds(0...1_000)) { host.startAgent() }
    }

    private func describe() {
        let tasks = look().list(TaskRecord.self)
        guard let task = dice.pick(tasks) else { return }
        call("DescribeTasks", ["tasks": [.string(task.id)]]) { _ in }
    }

    // MARK: The end

    /// The orders of `tidyUp`.
    func tidy() {
        let snapshot = look()
        let inactive = snapshot.list(ContainerInstanceRecord.self).filter { $0.status == .inactive }
        for host in hosts
        where inactive.contains(where: { $0.arn(snapshot.realm) == host.journal.containerInstanceARN }) {
            restart(host)
        }
        let draining = snapshot.list(ContainerInstanceRecord.self).filter { $0.status == .draining }
        if !draining.isEmpty { order("UpdateContainerInstancesState", state(draining, "ACTIVE")) }
        tidyTasks(snapshot)
        var ports = 1
        for service in snapshot.list(ServiceRecord.self) where service.status == .active { tidy(service, &ports) }
    }

    /// A few tasks of nobody may stay, without ports that a service needs.
    private func tidyTasks(_ snapshot: Snapshot) {
        let tasks = snapshot.list(TaskRecord.self).filter {
            $0.service == nil && $0.daemon == nil && $0.desiredStatus == .running
        }
        let staying = Set(tasks.filter { $0.hostPorts.isEmpty && $0.memoryMiB <= 256 }.prefix(3).map(\.key))
        for task in tasks where !staying.contains(task.key) {
            order("StopTask", stopRequest(task.key)) { [self] answer in
                if answer?.isSuccess == true { note(.stopped(task.key)) }
            }
        }
    }

    /// - Parameter ports: how many tasks with a static port may still be wanted: there are not more hosts.
    private func tidy(_ service: ServiceRecord, _ ports: inout Int) {
        let calm = kinds.filter(\.value.isCalm).keys.sorted()
        guard let definition = dice.pick(calm) else { return }
        let isCalm = kind(of: service)?.isCalm ?? false
        let kind = isCalm ? kind(of: service) : kinds[definition]
        var body: JSONValue = ["service": .string(service.name)]
        if !isCalm { body["taskDefinition"] = .string(definition) }
        if kind == .staticPort {
            body["desiredCount"] = .int(Int64(ports))
            ports = 0
            body["deploymentConfiguration"] = percentages(.staticPort)
        } else if dice.chance(0.5) {
            body["desiredCount"] = .int(Int64(dice.number(0...4)))
        }
        order("UpdateService", body)
    }
}
