import AWSWire
import Testing

@testable import Telemetry

@Suite("The store of metrics") struct MetricStoreTests {
    /// A whole hour.
    private static let start: Int64 = 1_767_225_600
    private let start = MetricStoreTests.start
    private let requests = Metric(
        "AWS/ApplicationELB", "RequestCount",
        [Metric.Dimension("LoadBalancer", "app/a/1"), Metric.Dimension("AvailabilityZone", "us-east-1a")])

    private func time(_ second: Int64) -> Timestamp { Timestamp(milliseconds: (start + second) * 1_000) }

    private func datum(_ second: Int64, _ value: Double, _ metric: Metric? = nil, count: Double = 1) -> MetricDatum {
        MetricDatum(metric ?? requests, .count, at: time(second), value: value, count: count)
    }

    private func query(_ from: Int64, _ to: Int64, _ period: Int64, _ metric: Metric? = nil) -> MetricQuery {
        MetricQuery(metric ?? requests, from: start + from, to: start + to, periodSeconds: period)
    }

    @Test("values of a minute add up, whoever tells them")
    func adding() throws {
        var store = MetricStore()
        store.record([datum(0, 1, count: 10), datum(59, 1, count: 5)], at: time(60))
        store.record([datum(30, 3)], at: time(61))
        let points = store.datapoints(query(0, 60, 60))
        let point = try #require(points.first)
        #expect(points.count == 1)
        #expect(point.time == time(0) && point.unit == .count)
        #expect(point.values.value(.sampleCount) == 16)
        #expect(point.values.value(.sum) == 18)
        #expect(point.values.value(.average) == 18.0 / 16)
        #expect(point.values.value(.minimum) == 1 && point.values.value(.maximum) == 3)
        #expect(point.values.value(.percentile(50)) == 1)
        #expect(point.values.value(.percentile(100)) == 3)
    }

    @Test("dimensions are the same in any order")
    func dimensions() {
        let turned = Metric(requests.namespace, requests.name, requests.dimensions.reversed())
        #expect(turned == requests)
    }

    @Test("longer periods have the values of the shorter ones", arguments: [60, 120, 300, 900, 3_600] as [Int64])
    func periods(period: Int64) {
        var store = MetricStore()
        for minute in 0..<120 { store.record([datum(Int64(minute) * 60 + 7, 2)], at: time(7_200)) }
        let points = store.datapoints(query(0, 7_200, period))
        #expect(points.count == Int(7_200 / period))
        #expect(points.allSatisfy { $0.values.sum == Double(period / 60) * 2 })
        #expect(points.map(\.time) == points.map(\.time).sorted())
    }

    @Test("periods begin where the question does")
    func offset() {
        var store = MetricStore()
        for minute in 0..<10 { store.record([datum(Int64(minute) * 60, 1)], at: time(600)) }
        let points = store.datapoints(query(120, 600, 300))
        #expect(points.map(\.time) == [time(120), time(420)])
        #expect(points.map(\.values.sum) == [5, 3])
        #expect(store.datapoints(query(600, 600, 60)).isEmpty)
        #expect(store.datapoints(query(0, 60, 0)).isEmpty)
    }

    @Test("values come late, and find their place")
    func late() {
        var store = MetricStore()
        for second: Int64 in [300, 0, 180, 60] { store.record([datum(second, 1)], at: time(310)) }
        #expect(store.datapoints(query(0, 600, 60)).map(\.time) == [0, 60, 180, 300].map(time))
    }

    @Test("single seconds are for metrics of high resolution")
    func resolution() {
        var store = MetricStore()
        var fine = datum(5, 1)
        fine.isHighResolution = true
        let coarse = Metric("Own", "Coarse", [])
        store.record([fine, datum(5, 1, coarse)], at: time(10))
        #expect(store.datapoints(query(0, 60, 1)).map(\.time) == [time(5)])
        #expect(store.datapoints(query(0, 60, 10)).map(\.time) == [time(0)])
        #expect(store.datapoints(query(0, 60, 60)).count == 1)
        #expect(store.datapoints(query(0, 60, 10, coarse)).isEmpty)
        #expect(store.datapoints(query(0, 60, 60, coarse)).count == 1)
    }

    @Test("units are kept apart")
    func units() {
        var store = MetricStore()
        store.record([datum(0, 1), MetricDatum(requests, .bytes, at: time(0), value: 9)], at: time(1))
        #expect(Set(store.datapoints(query(0, 60, 60)).map(\.unit)) == [.count, .bytes])
        var own = query(0, 60, 60)
        own.unit = .bytes
        #expect(store.datapoints(own).map(\.values.sum) == [9])
        #expect(store.metrics() == [requests])
    }

    @Test("percentiles need values: a mere statistic set has none")
    func statisticSets() throws {
        var store = MetricStore()
        let set = MetricDatum(
            requests, .count, at: time(0), count: 3, sum: 6, minimum: 1, maximum: 3, values: [], counts: [])
        store.record([set], at: time(0))
        let alone = try #require(store.datapoints(query(0, 60, 60)).first)
        #expect(alone.values.value(.percentile(50)) == nil)
        #expect(alone.values.value(.average) == 2)
        store.record([datum(1, 1)], at: time(1))
        #expect(store.datapoints(query(0, 60, 60)).first?.values.value(.percentile(50)) == nil)
    }

    @Test("what CloudWatch refuses is left out and counted")
    func refusals() {
        var store = MetricStore()
        let long = Metric("N", String(repeating: "x", count: 2_000), [])
        store.record(
            [
                datum(0, .nan), datum(0, .infinity), datum(0, 1, count: 0), datum(0, 1, count: -1), datum(0, 1, long),
                datum(-15 * 86_400, 1), datum(3 * 3_600, 1), datum(0, 1, Metric("", "n", [])),
                MetricDatum(
                    requests, .count, at: time(0), count: 1, sum: 1, minimum: 2, maximum: 1, values: [], counts: []),
            ], at: time(0))
        #expect(store.count == 0 && store.refused == 9 && store.bytes == 0)
    }

    @Test("metrics are found by namespace, name and dimensions")
    func listing() {
        var store = MetricStore()
        let other = Metric("AWS/ECS", "CPUUtilization", [Metric.Dimension("ClusterName", "default")])
        store.record([datum(0, 1), datum(600, 1, other)], at: time(600))
        #expect(store.metrics() == [requests, other])
        #expect(store.metrics(namespace: "AWS/ECS") == [other])
        #expect(store.metrics(name: "RequestCount") == [requests])
        #expect(store.metrics(dimensions: [("LoadBalancer", nil)]) == [requests])
        #expect(store.metrics(dimensions: [("LoadBalancer", "app/b/1")]).isEmpty)
        #expect(store.metrics(dimensions: [("LoadBalancer", "app/a/1"), ("AvailabilityZone", nil)]) == [requests])
        #expect(store.metrics(since: time(300)) == [other])
    }

    @Test(
        "names of statistics",
        arguments: [
            ("Sum", MetricStatistic.sum), ("p99", .percentile(99)), ("p99.9", .percentile(99.9)),
            ("p0", .percentile(0)),
            ("p101", nil), ("p", nil), ("p-1", nil), ("sum", nil), ("pnan", nil), ("p1e1", nil),
        ])
    func statistics(text: String, statistic: MetricStatistic?) { #expect(MetricStatistic(text) == statistic) }

    @Test("levels forget what is older than CloudWatch keeps it")
    func retention() {
        var store = MetricStore()
        store.record([datum(0, 1)], at: time(0))
        store.record([datum(16 * 86_400, 1)], at: time(16 * 86_400))
        #expect(store.datapoints(query(60, 600, 60)).isEmpty)
        // A whole hour is read from the hours, and so are five minutes from theirs.
        #expect(store.datapoints(query(0, 3_600, 3_600)).count == 1)
        #expect(store.datapoints(query(0, 300, 300)).count == 1)
        store.record([datum(64 * 86_400, 1)], at: time(64 * 86_400))
        #expect(store.datapoints(query(0, 300, 300)).isEmpty)
        #expect(store.datapoints(query(0, 3_600, 3_600)).count == 1)
        store.record([datum(456 * 86_400, 1)], at: time(456 * 86_400))
        #expect(store.datapoints(query(0, 3_600, 3_600)).isEmpty)
    }
}
