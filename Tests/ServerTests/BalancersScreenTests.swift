import AWSWire
import State
import Telemetry
import Testing

@testable import Server

@Suite("Load balancers in roost status") struct BalancersScreenTests {
    private let now = Timestamp(milliseconds: 1_767_225_600_000 + 90_000)

    @Test("nothing of what is not there") func empty() {
        let snapshot = Snapshot(realm: Realm(account: "000000000000", region: "us-east-1"))
        #expect(BalancersScreen.lines(BalancersPage.body(snapshot, MetricBook(), at: now)) == [])
    }

    @Test("balancers with their targets, nodes with their problems") func lines() {
        var transaction = Transaction(Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")))
        var balancer = LoadBalancerRecord()
        (balancer.name, balancer.id, balancer.dnsName) = ("front", "1", "front.elb.localhost")
        transaction.put(balancer)
        var node = BalancerNodeRecord()
        (node.name, node.zone, node.pool, node.isConnected) = ("node", "us-east-1a", "10.1.0.0/24", true)
        node.problems = [BalancerProblem(loadBalancer: "app/front/1", listener: nil, text: "The port 80 is taken.")]
        transaction.put(node)
        let metrics = MetricBook()
        let dimensions = [Metric.Dimension("LoadBalancer", "app/front/1")]
        // Two nodes have told of the minute.
        for (count, time) in [(30.0, 0.004), (12.0, 0.25)] {
            let at = Timestamp(milliseconds: 1_767_225_600_000 + 30_000)
            func datum(_ name: String, _ unit: MetricUnit, _ value: Double, _ count: Double) -> MetricDatum {
                MetricDatum(Metric("AWS/ApplicationELB", name, dimensions), unit, at: at, value: value, count: count)
            }
            metrics.record(
                [
                    datum("RequestCount", .count, 1, count), datum("HTTPCode_ELB_5XX_Count", .count, 1, 1),
                    datum("TargetResponseTime", .seconds, time, count),
                ], at: now)
        }
        let lines = BalancersScreen.lines(BalancersPage.body(transaction.snapshot, metrics, at: now))
        #expect(lines.count == 5)
        let traffic = "  42 requests/min  2 errors  p99 250.0 ms"
        let rest = "provisioning  front.elb.localhost  no address  0 listeners  targets 0/0 healthy" + traffic
        #expect(lines[1].hasSuffix(rest))
        #expect(lines[2].hasSuffix("us-east-1a  connected  addresses 10.1.0.0/24"))
        #expect(lines[3] == "           ! app/front/1: The port 80 is taken.")
    }
}
