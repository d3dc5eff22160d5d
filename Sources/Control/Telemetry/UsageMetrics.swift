import AWSWire
import NodeLink
import State
import Telemetry

/// What containers use, as CloudWatch's metrics of services and clusters, from what agents report.
///
/// A service's utilization is what its tasks use of what they reserve, each report of a task being a value; tasks that
/// reserve nothing say nothing of it. A cluster's is what is used on all instances of what they have.
/// Source: Amazon ECS Developer Guide, "Amazon ECS CloudWatch metrics": CPUUtilization, MemoryUtilization.
package struct UsageMetrics: Sendable {
    /// An instance that has not reported for so long is left out: three reports.
    private static let patience: Duration = .seconds(60)
    /// Agents report so often; so does a cluster.
    private static let interval: Duration = .seconds(20)

    private struct Use: Sendable {
        var at: Timestamp
        /// 1,024 to a core.
        var cpuUnits = 0.0
        var memoryMiB = 0.0
    }

    /// Reports whose last message has not come.
    private var open: [Key<ContainerInstanceRecord>: Use] = [:]
    /// The last whole reports, by cluster.
    private var clusters: [String: [Key<ContainerInstanceRecord>: Use]] = [:]
    /// When clusters were last told of.
    private var told: [String: Timestamp] = [:]

    package init() {}

    /// Takes a message of an instance's report.
    package mutating func take(
        _ request: TCS.PublishMetricsRequest, from key: Key<ContainerInstanceRecord>, in snapshot: Snapshot,
        at now: Timestamp
    ) -> [MetricDatum] {
        guard let instance = snapshot.get(key) else { return [] }
        var use = open.removeValue(forKey: key) ?? Use(at: now)
        var data: [MetricDatum] = []
        for metrics in request.taskMetrics ?? [] {
            let id = metrics.taskArn?.split(separator: "/").last.map(String.init) ?? ""
            guard let task = snapshot.get(TaskRecord.key(instance.cluster, id)), task.instanceID == instance.id else {
                continue
            }
            let containers = metrics.containerMetrics ?? []
            // The agent says how much of all the instance has.
            let cpu = TaskUse(containers.compactMap(\.cpuStatsSet), scale: Double(instance.cpuUnits) / 100)
            let memory = TaskUse(containers.compactMap(\.memoryStatsSet), scale: 1)
            use.cpuUnits += cpu?.average ?? 0
            use.memoryMiB += memory?.average ?? 0
            guard let service = task.service, task.lastStatus == .running else { continue }
            let dimensions = UsageMetrics.dimensions(instance.cluster, service)
            data += cpu?.datum("CPUUtilization", dimensions, of: task.cpuUnits, at: now).map { [$0] } ?? []
            data += memory?.datum("MemoryUtilization", dimensions, of: task.memoryMiB, at: now).map { [$0] } ?? []
        }
        guard request.metadata?.fin ?? true else {
            open[key] = use
            return data
        }
        use.at = now
        clusters[instance.cluster, default: [:]][key] = use
        return data + tell(instance.cluster, snapshot, at: now)
    }

    private mutating func tell(_ cluster: String, _ snapshot: Snapshot, at now: Timestamp) -> [MetricDatum] {
        if let last = told[cluster], now - last < UsageMetrics.interval, now >= last { return [] }
        told[cluster] = now
        // What was begun by an instance that is gone.
        open = open.filter { now - $0.value.at <= UsageMetrics.patience }
        var used = Use(at: now)
        var cpuUnits = 0
        var memoryMiB = 0
        for (key, use) in (clusters[cluster] ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let instance = snapshot.get(key), instance.status == .active || instance.status == .draining,
                now - use.at <= UsageMetrics.patience
            else {
                clusters[cluster]?[key] = nil
                continue
            }
            used.cpuUnits += use.cpuUnits
            used.memoryMiB += use.memoryMiB
            cpuUnits += instance.cpuUnits
            memoryMiB += instance.memoryMiB
        }
        guard cpuUnits > 0, memoryMiB > 0 else { return [] }
        let dimensions = UsageMetrics.dimensions(cluster)
        return [
            MetricDatum(
                Metric("AWS/ECS", "CPUUtilization", dimensions), .percent, at: now,
                value: 100 * used.cpuUnits / Double(cpuUnits)),
            MetricDatum(
                Metric("AWS/ECS", "MemoryUtilization", dimensions), .percent, at: now,
                value: 100 * used.memoryMiB / Double(memoryMiB)),
        ]
    }

    private static func dimensions(_ cluster: String, _ service: String? = nil) -> [Metric.Dimension] {
        [Metric.Dimension("ClusterName", cluster)] + (service.map { [Metric.Dimension("ServiceName", $0)] } ?? [])
    }
}

/// What a task's containers use together.
private struct TaskUse {
    private var samples: Double
    private var minimum = 0.0
    private var maximum = 0.0
    private(set) var average = 0.0

    /// - Parameters:
    ///   - containers: what the agent measured of each, of one kind.
    ///   - scale: what one of the agent's units is in ours.
    /// - Returns: nil when nothing was measured.
    init?(_ containers: [TCS.StatsSet], scale: Double) {
        let sets = containers.filter { ($0.sampleCount ?? 0) > 0 && ($0.sum ?? -1) >= 0 }
        guard let samples = sets.compactMap(\.sampleCount).max() else { return nil }
        self.samples = Double(samples)
        for set in sets {
            let mean = (set.sum ?? 0) / Double(set.sampleCount ?? 1)
            average += mean * scale
            minimum += (set.min ?? mean) * scale
            maximum += (set.max ?? mean) * scale
        }
    }

    /// In percent of what is reserved; nil when nothing is.
    func datum(
        _ name: String, _ dimensions: [Metric.Dimension], of reserved: Int, at now: Timestamp
    ) -> MetricDatum? {
        guard reserved > 0 else { return nil }
        let percent = 100 / Double(reserved)
        return MetricDatum(
            Metric("AWS/ECS", name, dimensions), .percent, at: now, count: samples, sum: average * samples * percent,
            minimum: min(minimum, average) * percent, maximum: max(maximum, average) * percent, values: [], counts: [])
    }
}
