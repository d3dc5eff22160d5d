import AWSWire
import NodeLink

/// What a restarted agent has to know of a task. What the engine knows itself is asked of it again.
extension TaskMachine {
    /// The task as it goes to the journal.
    package var journal: JSONValue {
        var value = JSONValue.object([])
        // Safe to fail: a shape always encodes to an object, and an empty one is refused when it is read back.
        value["task"] = (try? JSONValue.parse(task.encoded())) ?? .object([])
        value["stopRequested"] = .bool(isStopRequested)
        if !reason.isEmpty { value["reason"] = .string(reason) }
        if let status = outbox.acknowledged { value["acknowledged"] = .string(status.rawValue) }
        value["pullStartedAt"] = pullStartedAt.map(TaskMachine.encoded)
        value["pullStoppedAt"] = pullStoppedAt.map(TaskMachine.encoded)
        value["executionStoppedAt"] = executionStoppedAt.map(TaskMachine.encoded)
        value["stoppedAt"] = stoppedAt.map(TaskMachine.encoded)
        value["volumes"] = .object(
            volumes.sources.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) })
        value["ownedVolumes"] = .array(volumes.owned.map { .string($0) })
        if attachment == .attached { value["attached"] = true }
        value["enforcement"] = enforcement.map(TaskMachine.encoded)
        value["containers"] = .array(containers.map(\.journal))
        return value
    }

    /// A task from the journal; nil when it cannot be read.
    package init?(journal value: JSONValue, _ settings: TaskSettings) {
        guard let payload = value["task"], let saved = value["containers"]?.arrayValue else { return nil }
        let task = ACS.Task.trusted(payload.encode())
        let definitions = task.effectiveContainers
        guard !definitions.isEmpty, task.arn != nil, definitions.count == saved.count else { return nil }
        self.task = task
        self.settings = settings
        (interface, interfaceProblem) = TaskMachine.interface(of: task, settings)
        if value["attached"]?.boolValue == true { attachment = .attached }
        isKept = true
        containers = zip(definitions, saved).map { ContainerMachine(definition: $0, journal: $1) }
        isStopRequested = value["stopRequested"]?.boolValue ?? false
        reason = value["reason"]?.stringValue ?? ""
        pullStartedAt = TaskMachine.time(value["pullStartedAt"])
        pullStoppedAt = TaskMachine.time(value["pullStoppedAt"])
        executionStoppedAt = TaskMachine.time(value["executionStoppedAt"])
        stoppedAt = TaskMachine.time(value["stoppedAt"])
        outbox = ReportOutbox(acknowledged: value["acknowledged"]?.stringValue.flatMap(TaskReport.Status.init))
        var sources: [String: String] = [:]
        for member in value["volumes"]?.members ?? [] { sources[member.name] = member.value.stringValue }
        let owned = value["ownedVolumes"]?.arrayValue?.compactMap(\.stringValue) ?? []
        // What had to be made for containers that are still to come is asked for again: the crash may have been first.
        volumes = TaskVolumes(task, sources: sources, owned: owned, settings)
        enforcement = value["enforcement"].flatMap(TaskMachine.enforcement)
        restoreReports()
    }

    /// What was not acknowledged goes out again.
    private mutating func restoreReports() {
        guard outbox.acknowledged != .stopped else { return }
        // That it has its interface says nothing of its containers.
        let isNew = outbox.acknowledged == nil || outbox.acknowledged == .pending
        for container in containers where !container.isInternal {
            if container.hasRun && isNew { outbox.add(container.report(as: .running)) }
            if container.phase == .stopped { outbox.add(container.report(as: .stopped)) }
        }
    }

    private static func encoded(_ enforcement: TaskLimits.Enforcement) -> JSONValue {
        switch enforcement {
        case .group(let parent): ["group": .string(parent)]
        case .each: "each"
        }
    }

    private static func enforcement(_ value: JSONValue) -> TaskLimits.Enforcement? {
        value["group"]?.stringValue.map { .group(parent: $0) } ?? (value.stringValue == "each" ? .each : nil)
    }

    static func encoded(_ time: Timestamp) -> JSONValue { .int(time.milliseconds) }

    static func time(_ value: JSONValue?) -> Timestamp? {
        guard case .int(let milliseconds) = value else { return nil }
        return Timestamp(milliseconds: milliseconds)
    }
}

extension ContainerMachine {
    /// A container in the middle of a step is kept as before that step: a survey will say how far it came.
    fileprivate var journal: JSONValue {
        var value = JSONValue.object([])
        value["engineName"] = .string(engineName)
        value["phase"] = .string(phase == .stopped ? "stopped" : phase == .running ? "running" : "waiting")
        value["id"] = id.map { .string($0) }
        value["imageDigest"] = imageDigest.map { .string($0) }
        value["exitCode"] = exitCode.map { .int(Int64($0)) }
        value["reason"] = reason.map { .string($0) }
        value["startedAt"] = startedAt.map(TaskMachine.encoded)
        value["finishedAt"] = finishedAt.map(TaskMachine.encoded)
        value["restartCount"] = .int(Int64(restartCount))
        value["bindings"] = .array(bindings.map(\.journal))
        return value
    }

    fileprivate init(definition: ACS.Container, journal value: JSONValue) {
        self.init(definition: definition, engineName: value["engineName"]?.stringValue ?? "")
        switch value["phase"]?.stringValue {
        case "stopped": phase = .stopped
        case "running": phase = .running
        default:
            phase = .waiting
            isUnsure = true
        }
        id = value["id"]?.stringValue
        imageDigest = value["imageDigest"]?.stringValue
        exitCode = value["exitCode"]?.intValue
        reason = value["reason"]?.stringValue
        startedAt = TaskMachine.time(value["startedAt"])
        finishedAt = TaskMachine.time(value["finishedAt"])
        restartCount = value["restartCount"]?.intValue ?? 0
        bindings = value["bindings"]?.arrayValue?.compactMap(NetworkBinding.init(journal:)) ?? []
    }
}

extension NetworkBinding {
    fileprivate var journal: JSONValue {
        var value: JSONValue = [
            "bindIP": .string(bindIP), "containerPort": .int(Int64(containerPort)), "hostPort": .int(Int64(hostPort)),
            "protocol": .string(`protocol`),
        ]
        value["rangeLength"] = rangeLength.map { .int(Int64($0)) }
        return value
    }

    fileprivate init?(journal value: JSONValue) {
        guard let container = value["containerPort"]?.intValue, let host = value["hostPort"]?.intValue else {
            return nil
        }
        self.init(
            bindIP: value["bindIP"]?.stringValue ?? "", containerPort: container, hostPort: host,
            protocol: value["protocol"]?.stringValue ?? "tcp", rangeLength: value["rangeLength"]?.intValue)
    }
}
