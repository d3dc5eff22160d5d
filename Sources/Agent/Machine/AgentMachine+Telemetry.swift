import AWSWire
import NodeLink

/// What the session for measurements needs to remember.
struct TelemetryState: Sendable {
    /// Source: amazon-ecs-agent, tcs: metrics and health every 20 s.
    static let interval: Duration = .seconds(20)
    /// Source: amazon-ecs-agent, tcs: tasks in one message.
    static let tasksPerMessage = 10

    var isOpen = false
    /// The last measurement, to tell rates by.
    var last: [String: ContainerUsage] = [:]
    var lastAt: Timestamp?
}

/// Metrics, health and the engine's state, as the server wants them.
/// Source: amazon-ecs-agent, agent/stats and ecs-agent/tcs. Observed: Fixtures/tcs-*.json.
extension AgentMachine {
    mutating func openTelemetry(at now: Timestamp) -> [AgentAction] {
        telemetry.isOpen = true
        return publishStatus(at: now) + measureOrIdle(at: now)
    }

    mutating func tick(at now: Timestamp) -> [AgentAction] {
        let next = AgentAction.schedule(.telemetry, after: TelemetryState.interval)
        guard telemetry.isOpen else { return [next] }
        return [next] + publishHealth(at: now) + measureOrIdle(at: now)
    }

    private mutating func measureOrIdle(at now: Timestamp) -> [AgentAction] {
        let containers = measurable.flatMap(\.containers).filter { $0.phase == .running }
        let ids = containers.filter { !$0.isInternal || $0.holdsNetwork }.compactMap(\.id)
        guard ids.isEmpty else { return [.measure(ids: ids)] }
        return [.sendTelemetry(.metrics(TCS.PublishMetricsRequest(metadata: metadata(idle: true), timestamp: now)))]
    }

    /// Tasks with running containers, in a fixed order.
    private var measurable: [TaskMachine] { tasks.values.filter(\.isRunning).sorted { $0.arn < $1.arn } }

    mutating func publish(_ usage: [String: ContainerUsage], at now: Timestamp) -> [AgentAction] {
        defer {
            telemetry.last = usage
            telemetry.lastAt = now
        }
        let metrics = measurable.map { metric($0, usage, at: now) }
        var chunks: [[TCS.TaskMetric]] = []
        for start in stride(from: 0, to: metrics.count, by: TelemetryState.tasksPerMessage) {
            chunks.append(Array(metrics[start..<min(start + TelemetryState.tasksPerMessage, metrics.count)]))
        }
        return chunks.enumerated().map { index, chunk in
            let metadata = metadata(idle: false, fin: index == chunks.count - 1)
            return .sendTelemetry(
                .metrics(TCS.PublishMetricsRequest(metadata: metadata, timestamp: now, taskMetrics: chunk)))
        }
    }

    private mutating func metadata(idle: Bool, fin: Bool = true) -> TCS.MetricsMetadata {
        TCS.MetricsMetadata(
            cluster: cluster, containerInstance: containerInstanceARN, idle: idle, fin: fin, messageId: random.uuid())
    }

    private func metric(_ machine: TaskMachine, _ usage: [String: ContainerUsage], at now: Timestamp) -> TCS.TaskMetric
    {
        let own = machine.containers.filter { !$0.isInternal && $0.id.map { usage[$0] != nil } == true }
        let shared = sharedNetwork(of: machine, usage, at: now, among: own.count)
        let containers = own.compactMap { container -> TCS.ContainerMetric? in
            guard let id = container.id, let used = usage[id] else { return nil }
            let memory = Double(used.memoryBytes >> 20)
            return TCS.ContainerMetric(
                containerName: container.name, cpuStatsSet: cpu(id, used, at: now).map(AgentMachine.statistics),
                memoryStatsSet: AgentMachine.statistics(memory),
                networkStatsSet: shared ?? used.network.map { network($0, of: id, at: now) },
                storageStatsSet: used.storage.map(TCS.StorageStatsSet.init),
                restartStatsSet: container.definition.restartPolicy?.enabled == true
                    ? TCS.RestartStatsSet(restartCount: container.restartCount) : nil)
        }
        return TCS.TaskMetric(
            taskArn: machine.arn, taskDefinitionFamily: machine.task.family,
            taskDefinitionVersion: machine.task.version, containerMetrics: containers)
    }

    /// Each container's part of what went over the task's interface, for the sum to be the task's; nil for a task
    /// without one. Source: amazon-ecs-agent, agent/stats/task_linux.go: linkStatsToDockerStats.
    private func sharedNetwork(
        of machine: TaskMachine, _ usage: [String: ContainerUsage], at now: Timestamp, among count: Int
    ) -> TCS.NetworkStatsSet? {
        guard count > 0, let id = machine.containers.first(where: \.holdsNetwork)?.id, let used = usage[id]?.network
        else { return nil }
        return network(used, of: id, at: now, among: count)
    }

    /// Percent of what the instance has since the last measurement; nil for the first. Of several instances that share
    /// a machine each has a part of it.
    private func cpu(_ id: String, _ used: ContainerUsage, at now: Timestamp) -> Double? {
        guard let before = telemetry.last[id], let lastAt = telemetry.lastAt, now > lastAt, used.cores > 0,
            used.cpuNanoseconds >= before.cpuNanoseconds
        else { return nil }
        let elapsed = Double(now.milliseconds - lastAt.milliseconds) * 1_000_000
        let cores = settings.cpuUnits.map { Double($0) / 1_024 } ?? Double(used.cores)
        guard cores > 0 else { return nil }
        return 100 * Double(used.cpuNanoseconds - before.cpuNanoseconds) / elapsed / cores
    }

    /// Counters, and bytes a second since the last measurement.
    private func network(
        _ used: NetworkUsage, of id: String, at now: Timestamp, among count: Int = 1
    ) -> TCS.NetworkStatsSet {
        var set = TCS.NetworkStatsSet(used.divided(by: count))
        guard let before = telemetry.last[id]?.network, let lastAt = telemetry.lastAt, now > lastAt else { return set }
        let seconds = Double(now.milliseconds - lastAt.milliseconds) / 1_000
        func rate(_ new: Int, _ old: Int) -> TCS.StatsSet {
            AgentMachine.statistics(Double(max(0, new - old)) / seconds / Double(count))
        }
        set.rxBytesPerSecond = rate(used.received.bytes, before.received.bytes)
        set.txBytesPerSecond = rate(used.sent.bytes, before.sent.bytes)
        return set
    }

    private static func statistics(_ value: Double) -> TCS.StatsSet {
        TCS.StatsSet(min: value, max: value, sum: value, sampleCount: 1)
    }

    /// Only containers with a health check have a health.
    private mutating func publishHealth(at now: Timestamp) -> [AgentAction] {
        let healths = measurable.compactMap { machine -> TCS.TaskHealth? in
            let containers = machine.containers
                .filter { $0.definition.healthCheckType != nil && $0.phase == .running }
                .map {
                    TCS.ContainerHealth(
                        containerName: $0.name, healthStatus: $0.health.rawValue, statusSince: $0.healthSince)
                }
            guard !containers.isEmpty else { return nil }
            return TCS.TaskHealth(
                taskArn: machine.arn, taskDefinitionFamily: machine.task.family,
                taskDefinitionVersion: machine.task.version, containers: containers)
        }
        guard !healths.isEmpty else { return [] }
        let metadata = TCS.HealthMetadata(
            cluster: cluster, containerInstance: containerInstanceARN, messageId: random.uuid(), fin: true)
        return [.sendTelemetry(.health(TCS.PublishHealthRequest(metadata: metadata, timestamp: now, tasks: healths)))]
    }

    mutating func publishStatus(at now: Timestamp) -> [AgentAction] {
        guard telemetry.isOpen else { return [] }
        let metadata = TCS.InstanceStatusMetadata(
            cluster: cluster, containerInstance: containerInstanceARN, requestId: random.uuid())
        let status = TCS.InstanceStatus(
            type: "ContainerRuntime", status: runtime.state.name, statusReason: runtime.state.reason, lastUpdated: now,
            lastStatusChange: runtime.changedAt ?? now)
        return [
            .sendTelemetry(
                .instanceStatus(
                    TCS.PublishInstanceStatusRequest(metadata: metadata, timestamp: now, statuses: [status])))
        ]
    }
}
