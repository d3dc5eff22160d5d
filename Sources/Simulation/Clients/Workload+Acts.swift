import AWSWire
import State

/// What clients do.
extension Workload {
    /// One thing, by chance.
    func act() {
        switch dice.number(0...119) {
        case 0..<26: runTask()
        case 26..<30: startTask()
        case 30..<42: stopTask()
        case 42..<50: createService()
        case 50..<72: updateService()
        case 72..<74: deleteService()
        case 74..<80: register(dice.pick(DefinitionKind.allCases) ?? .steady)
        case 80..<83: setState("DRAINING")
        case 83..<88: setState("ACTIVE")
        case 88..<89: deregister()
        case 89..<93: actOnDaemon()
        case 93..<100: actOnTaskSets()
        case 100..<107: actOnDeployment()
        case 107..<111: protect()
        case 111..<113: putAttribute()
        case 113..<115: tag()
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

    func someDefinition() -> String? { dice.pick(kinds.keys.sorted()) }

    /// Adds what the tasks of a definition need of a network, when they have interfaces of their own.
    func withNetwork(_ body: JSONValue, of definition: String) -> JSONValue {
        guard kinds[definition] == .ownAddress else { return body }
        return body.merging(["networkConfiguration": ["awsvpcConfiguration": ["subnets": ["subnet-1"]]]])
    }

    /// Whether what a task runs answers requests.
    func answers(_ task: TaskRecord) -> Bool {
        task.daemon != nil || kinds["\(task.family):\(task.revision)"] != .unreachable
    }

    private func runTask() {
        guard let definition = someDefinition() else { return }
        var body: JSONValue = [
            "taskDefinition": .string(definition), "count": .int(Int64(dice.number(1...4))),
        ]
        if dice.chance(0.2) {
            body["overrides"] = ["memory": .string("\(dice.pick([512, 1_024, 2_048]) ?? 512)")]
        }
        if dice.chance(0.3) { body["placementStrategy"] = somePlacementStrategy() }
        if dice.chance(0.2) { body["placementConstraints"] = someConstraints() }
        if dice.chance(0.2) { body["capacityProviderStrategy"] = strategy(dice.pick(["asg", "scaled"]) ?? "asg") }
        if dice.chance(0.2) { body["tags"] = [["key": "team", "value": "a"]] }
        body = withNetwork(body, of: definition)
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

    func stopRequest(_ key: Key<TaskRecord>) -> JSONValue {
        ["task": .string(String(key.path.split(separator: "/").last ?? ""))]
    }

    /// On an instance that somebody chose.
    private func startTask() {
        guard let definition = someDefinition(), let instance = dice.pick(instances()) else { return }
        let body: JSONValue = ["taskDefinition": .string(definition), "containerInstances": [.string(instance.id)]]
        call("StartTask", withNetwork(body, of: definition)) { [self] answer in
            guard let answer, answer.isSuccess else { return }
            let tasks = (answer.body["tasks"]?.arrayValue ?? []).compactMap { $0.key("taskArn", TaskRecord.self) }
            note(.started(token: nil, tasks: tasks))
        }
    }

    // MARK: Placement

    func somePlacementStrategy() -> JSONValue? {
        dice.pick([
            [["type": "random"]], [["type": "binpack", "field": "memory"]], [["type": "binpack", "field": "cpu"]],
            [["type": "spread", "field": "instanceId"]],
            [
                ["type": "spread", "field": "attribute:ecs.availability-zone"],
                ["type": "binpack", "field": "memory"],
            ],
        ])
    }

    func someConstraints() -> JSONValue? {
        dice.pick([
            [["type": "distinctInstance"]],
            [["type": "memberOf", "expression": "attribute:ecs.availability-zone == us-east-1a"]],
            [["type": "memberOf", "expression": "attribute:stack == web"]],
            [["type": "memberOf", "expression": "not(task:group == service:service1)"]],
        ])
    }

    /// Tasks for the one provider.
    func strategy(_ provider: String) -> JSONValue {
        [["capacityProvider": .string(provider), "weight": 1, "base": .int(Int64(dice.number(0...1)))]]
    }

    private func putAttribute() {
        guard let instance = dice.pick(instances()) else { return }
        let attribute: JSONValue = [
            "name": "stack", "value": .string(dice.pick(["web", "db"]) ?? "web"), "targetType": "container-instance",
            "targetId": .string(instance.id),
        ]
        call("PutAttributes", ["attributes": [attribute]]) { _ in }
    }

    private func tag() {
        let snapshot = look()
        let services = snapshot.list(ServiceRecord.self).map { $0.arn(snapshot.realm) }
        let tasks = snapshot.list(TaskRecord.self).map { $0.arn(snapshot.realm) }
        guard let arn = dice.pick(services + tasks) else { return }
        let isTagged = dice.chance(0.7)
        call(
            isTagged ? "TagResource" : "UntagResource",
            isTagged
                ? ["resourceArn": .string(arn), "tags": [["key": "team", "value": "b"]]]
                : ["resourceArn": .string(arn), "tagKeys": ["team"]]
        ) { _ in }
    }

    private func protect() {
        let tasks = look().list(TaskRecord.self).filter { $0.service != nil && $0.desiredStatus == .running }
        guard let task = dice.pick(tasks) else { return }
        call(
            "UpdateTaskProtection",
            [
                "cluster": "default", "tasks": [.string(task.id)], "protectionEnabled": .bool(dice.chance(0.8)),
                "expiresInMinutes": .int(Int64(dice.number(1...60))),
            ]
        ) { _ in }
    }

    private func describe() {
        let tasks = look().list(TaskRecord.self)
        guard let task = dice.pick(tasks) else { return }
        call("DescribeTasks", ["tasks": [.string(task.id)]]) { _ in }
    }
}
