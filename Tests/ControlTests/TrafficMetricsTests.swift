import AWSWire
import NodeLink
import State
import Telemetry
import Testing

@testable import Control

/// What balancer nodes measure, as it stands in CloudWatch.
@Suite("Metrics of load balancers") struct TrafficMetricsTests {
    private let group = BalancedStory.groups[0].path
    private let start = ControlWorld.start

    private var snapshot: Snapshot {
        var story = BalancedStory()
        story.run(seconds: 1)
        var second = BalancerNodeRecord()
        (second.name, second.zone, second.pool) = ("other", "us-east-1b", "10.2.0.0/24")
        story.world.transaction.put(second)
        return story.world.snapshot
    }

    private func measurement(_ metric: String, _ count: Int, of group: String? = nil) -> BalancerTraffic.Measurement {
        .init(
            metric: metric, loadBalancer: "app/front/1", targetGroup: group, count: count, sum: Double(count),
            minimum: 1, maximum: 1)
    }

    private func values(_ store: MetricStore, _ name: String, _ dimensions: [String: String]) -> MetricValues? {
        let dimensions = dimensions.map { Metric.Dimension($0.key, $0.value) }
        let metric = Metric("AWS/ApplicationELB", name, dimensions)
        let query = MetricQuery(metric, from: start.seconds, to: start.seconds + 60, periodSeconds: 60)
        return store.datapoints(query).first?.values
    }

    /// What two nodes tell of the same minute.
    private func told(_ measurements: [BalancerTraffic.Measurement]) -> MetricStore {
        var store = MetricStore()
        let now = start.advanced(by: .seconds(61))
        let snapshot = snapshot
        for node in ["node", "other"] {
            let traffic = BalancerTraffic(
                endedAt: start.advanced(by: .seconds(60)), seconds: 60, measurements: measurements)
            store.record(
                TrafficMetrics.data(traffic, from: BalancerNodeRecord.key(node), in: snapshot, at: now), at: now)
        }
        return store
    }

    @Test("two nodes add up, and each zone stands alone")
    func sum() {
        let store = told([measurement("RequestCount", 30), measurement("RequestCount", 20, of: group)])
        let balancer = ["LoadBalancer": "app/front/1"]
        let target = ["LoadBalancer": "app/front/1", "TargetGroup": "targetgroup/\(group)"]
        let zone = ["AvailabilityZone": "us-east-1b"]
        #expect(values(store, "RequestCount", balancer)?.sum == 60)
        #expect(values(store, "RequestCount", balancer.merging(zone) { $1 })?.sum == 30)
        #expect(values(store, "RequestCount", target)?.sum == 40)
        #expect(values(store, "RequestCount", target.merging(zone) { $1 })?.sum == 20)
        // There are two healthy targets.
        #expect(values(store, "RequestCountPerTarget", target)?.sum == 20)
        #expect(values(store, "RequestCountPerTarget", ["TargetGroup": "targetgroup/\(group)"])?.sum == 20)
        #expect(values(store, "RequestCountPerTarget", balancer) == nil)
    }

    @Test("hosts are an average of what the nodes see, and response times have percentiles")
    func values() throws {
        var times = measurement("TargetResponseTime", 100)
        (times.sum, times.minimum, times.maximum) = (1.99, 0.01, 1)
        (times.values, times.counts) = ([0.01, 1], [99, 1])
        let store = told([measurement("HealthyHostCount", 1, of: group), measurement("HealthyHostCount", 9), times])
        let target = ["LoadBalancer": "app/front/1", "TargetGroup": "targetgroup/\(group)"]
        #expect(values(store, "HealthyHostCount", target)?.average == 1)
        #expect(values(store, "HealthyHostCount", ["LoadBalancer": "app/front/1"]) == nil)
        let found = try #require(values(store, "TargetResponseTime", ["LoadBalancer": "app/front/1"]))
        #expect(found.count == 200)
        #expect(abs((found.percentile(50) ?? 0) - 0.01) < 0.0002)
        #expect(found.percentile(99.9) ?? 0 > 0.98)
    }

    /// Something is wrong with each.
    private static let faulty: [BalancerTraffic.Measurement] = {
        func changed(_ change: (inout BalancerTraffic.Measurement) -> Void) -> BalancerTraffic.Measurement {
            var measurement = BalancerTraffic.Measurement(
                metric: "RequestCount", loadBalancer: "app/front/1", targetGroup: nil, count: 1, sum: 1, minimum: 1,
                maximum: 1)
            change(&measurement)
            return measurement
        }
        return [
            changed { $0.loadBalancer = "app/gone/1" }, changed { $0.targetGroup = "gone/1" },
            changed { $0.metric = "Invented" }, changed { $0.metric = "NewFlowCount" }, changed { $0.values = [1] },
            changed { $0.count = -1 }, changed { $0.sum = .infinity },
        ]
    }()

    @Test("what is not there, or none of AWS's, is left out", arguments: faulty)
    func nonsense(measurement: BalancerTraffic.Measurement) { #expect(told([measurement]).count == 0) }

    @Test("Network Load Balancers have metrics of their own, flows of the whole only")
    func network() {
        var transaction = Transaction(snapshot)
        var balancer = LoadBalancerRecord()
        (balancer.name, balancer.id, balancer.type) = ("quick", "2", .network)
        transaction.put(balancer)
        let names = ["NewFlowCount", "ProcessedBytes", "HealthyHostCount", "RequestCount"]
        let measurements = names.flatMap { name in
            [nil, group].map { group in
                BalancerTraffic.Measurement(
                    metric: name, loadBalancer: "net/quick/2", targetGroup: group, count: 1, sum: 1, minimum: 1,
                    maximum: 1)
            }
        }
        let data = TrafficMetrics.data(
            BalancerTraffic(seconds: 60, measurements: measurements), from: BalancedStory.node,
            in: transaction.snapshot, at: start)
        #expect(data.allSatisfy { $0.metric.namespace == "AWS/NetworkELB" })
        let told = data.map { "\($0.metric.name) \($0.metric.dimensions.map(\.name).joined(separator: " "))" }
        #expect(
            told == [
                "NewFlowCount LoadBalancer", "NewFlowCount AvailabilityZone LoadBalancer",
                "ProcessedBytes LoadBalancer", "ProcessedBytes AvailabilityZone LoadBalancer",
                "HealthyHostCount LoadBalancer TargetGroup",
                "HealthyHostCount AvailabilityZone LoadBalancer TargetGroup",
            ])
        #expect(data.first?.unit == .count && data[2].unit == .bytes)
    }

    @Test("a report belongs to the minute of its middle, and old ones to none")
    func time() {
        let node = BalancedStory.node
        let snapshot = snapshot
        func data(_ end: Int, at now: Int) -> [MetricDatum] {
            let traffic = BalancerTraffic(
                endedAt: start.advanced(by: .seconds(end)), seconds: 60, measurements: [measurement("RequestCount", 1)])
            return TrafficMetrics.data(traffic, from: node, in: snapshot, at: start.advanced(by: .seconds(now)))
        }
        #expect(data(60, at: 61).first?.time == start.advanced(by: .seconds(30)))
        // A clock that is ahead is not believed.
        #expect(data(9_000, at: 61).first?.time == start.advanced(by: .seconds(31)))
        #expect(data(60, at: 3_700).isEmpty)
    }

    @Test("a session hands traffic on once its node is welcome")
    func session() {
        var session = BalancerSession(at: start)
        let message = BalancerNodeMessage.traffic(BalancerTraffic(seconds: 1, measurements: []))
        let hello = BalancerHello(
            name: "node", zone: "us-east-1a", pool: "10.1.0.0/24", hostAddress: "10.0.0.1", version: "1")
        func isTraffic(_ action: BalancerSession.Action) -> Bool {
            if case .noteTraffic = action { true } else { false }
        }
        // Before its hello a node is nobody.
        #expect(session.handle(.received(message), snapshot, at: start).isEmpty)
        _ = session.handle(.received(.hello(hello)), snapshot, at: start)
        #expect(session.handle(.received(message), snapshot, at: start).isEmpty)
        #expect(session.handle(.welcomed, snapshot, at: start).filter(isTraffic).count == 1)
        #expect(session.handle(.received(message), snapshot, at: start).filter(isTraffic).count == 1)
    }
}
