import AWSWire
import NodeLink
import State
import Telemetry
import Testing

@testable import Control

/// What agents measure, as it stands in CloudWatch.
@Suite("Metrics of services and clusters") struct UsageMetricsTests {
    private let start = ControlWorld.start
    private let service = [Metric.Dimension("ClusterName", "default"), Metric.Dimension("ServiceName", "web")]
    private let cluster = [Metric.Dimension("ClusterName", "default")]

    /// Two running tasks of a service on two instances of 1,024 CPU units and 256 MiB.
    private func world(cpuUnits: Int = 256, memoryMiB: Int = 64) -> ControlWorld {
        var world = ControlWorld()
        for number in 0..<2 {
            var task = TaskRecord()
            (task.cluster, task.id, task.family, task.revision) = ("default", "task\(number)", "web", 1)
            (task.instanceID, task.service, task.lastStatus) = ("instance\(number)", "web", .running)
            (task.cpuUnits, task.memoryMiB) = (cpuUnits, memoryMiB)
            world.transaction.put(task)
        }
        return world
    }

    private func report(
        _ number: Int, cpu: Double?, memory: Double, fin: Bool = true, id: String? = nil
    ) -> TCS.PublishMetricsRequest {
        func set(_ value: Double) -> TCS.StatsSet { TCS.StatsSet(min: value, max: value, sum: value, sampleCount: 1) }
        let container = TCS.ContainerMetric(
            containerName: "app", cpuStatsSet: cpu.map(set), memoryStatsSet: set(memory))
        let arn = "arn:aws:ecs:us-east-1:000000000000:task/default/\(id ?? "task\(number)")"
        let metrics = TCS.TaskMetric(taskArn: arn, containerMetrics: [container])
        return TCS.PublishMetricsRequest(metadata: TCS.MetricsMetadata(fin: fin), taskMetrics: [metrics])
    }

    private func instance(_ number: Int) -> Key<ContainerInstanceRecord> {
        ContainerInstanceRecord.key("default", "instance\(number)")
    }

    private func value(_ data: [MetricDatum], _ name: String, _ dimensions: [Metric.Dimension]) -> MetricValues? {
        var store = MetricStore()
        store.record(data, at: start)
        let query = MetricQuery(
            Metric("AWS/ECS", name, dimensions), from: start.seconds, to: start.seconds + 3_600, periodSeconds: 60)
        return store.datapoints(query).first?.values
    }

    @Test("a service's use is in percent of what its tasks reserve, the cluster's of what instances have")
    func utilization() {
        let world = world()
        var usage = UsageMetrics()
        // A tenth of an instance is 102.4 units, of 256.
        var data = usage.take(report(0, cpu: 10, memory: 32), from: instance(0), in: world.snapshot, at: start)
        data += usage.take(report(1, cpu: 5, memory: 16), from: instance(1), in: world.snapshot, at: start)
        let cpu = value(data, "CPUUtilization", service)
        #expect(cpu?.average == 30 && cpu?.minimum == 20 && cpu?.maximum == 40 && cpu?.count == 2)
        #expect(value(data, "MemoryUtilization", service)?.average == 37.5)
        let later = start.advanced(by: .seconds(20))
        let next = usage.take(report(0, cpu: 10, memory: 32), from: instance(0), in: world.snapshot, at: later)
        #expect(abs((value(next, "CPUUtilization", cluster)?.average ?? 0) - 7.5) < 1e-9)
        #expect(value(next, "MemoryUtilization", cluster)?.average == 100 * 48 / 512.0)
    }

    @Test("a report in several messages is one")
    func messages() {
        let world = world()
        var usage = UsageMetrics()
        let beginning = report(0, cpu: 10, memory: 32, fin: false)
        let first = usage.take(beginning, from: instance(0), in: world.snapshot, at: start)
        #expect(value(first, "CPUUtilization", cluster) == nil)
        let idle = TCS.PublishMetricsRequest(metadata: TCS.MetricsMetadata(idle: true, fin: true))
        let rest = usage.take(idle, from: instance(0), in: world.snapshot, at: start)
        #expect(value(rest, "CPUUtilization", cluster)?.average == 10)
    }

    @Test("tasks that reserve nothing, are not there or are another instance's say nothing")
    func nothing() {
        var usage = UsageMetrics()
        let free = world(cpuUnits: 0)
        let data = usage.take(report(0, cpu: 10, memory: 32), from: instance(0), in: free.snapshot, at: start)
        #expect(value(data, "CPUUtilization", service) == nil)
        #expect(value(data, "MemoryUtilization", service)?.average == 50)
        let others = [report(1, cpu: 1, memory: 1), report(0, cpu: 1, memory: 1, id: "gone")]
        for report in others {
            let data = usage.take(report, from: instance(0), in: world().snapshot, at: start)
            #expect(value(data, "MemoryUtilization", service) == nil)
        }
        #expect(usage.take(others[0], from: instance(7), in: world().snapshot, at: start).isEmpty)
    }

    @Test("the first measurement of a container has no CPU time")
    func first() {
        var usage = UsageMetrics()
        let data = usage.take(report(0, cpu: nil, memory: 32), from: instance(0), in: world().snapshot, at: start)
        #expect(value(data, "CPUUtilization", service) == nil)
        #expect(value(data, "MemoryUtilization", service)?.average == 50)
    }

    @Test("an instance that is silent is left out")
    func silence() {
        let world = world()
        var usage = UsageMetrics()
        _ = usage.take(report(0, cpu: 50, memory: 100), from: instance(0), in: world.snapshot, at: start)
        let later = start.advanced(by: .seconds(90))
        let data = usage.take(report(1, cpu: 10, memory: 32), from: instance(1), in: world.snapshot, at: later)
        #expect(value(data, "CPUUtilization", cluster)?.average == 10)
    }
}
