import AWSWire
import Testing

@testable import Telemetry

@Suite("The room of the store of metrics") struct MetricRoomTests {
    private let start: Int64 = 1_767_225_600

    private func time(_ second: Int64) -> Timestamp { Timestamp(milliseconds: (start + second) * 1_000) }

    private func metric(_ number: Int) -> Metric { Metric("Own", "m\(number)", []) }

    @Test("minutes give way before hours, and the newest stay")
    func room() {
        var limits = MetricStore.Limits()
        limits.bytes = 256 << 10
        var store = MetricStore(limits)
        let minutes: Int64 = 3 * 1_440
        for minute in 0..<minutes {
            let now = time(minute * 60)
            for number in 0..<4 { store.record([MetricDatum(metric(number), .count, at: now, value: 1)], at: now) }
            #expect(store.bytes <= limits.bytes)
        }
        let end = start + minutes * 60
        for number in 0..<4 {
            let metric = metric(number)
            let lastHour = MetricQuery(metric, from: end - 3_600, to: end, periodSeconds: 60)
            #expect(store.datapoints(lastHour).count == 60)
            let all = MetricQuery(metric, from: start, to: end, periodSeconds: 3_600)
            #expect(store.datapoints(all).map(\.values.sum) == Array(repeating: 60, count: 72))
        }
        #expect(store.datapoints(MetricQuery(metric(0), from: start, to: start + 3_600, periodSeconds: 60)).isEmpty)
    }

    @Test("series that nobody writes to make room for new ones")
    func series() {
        var limits = MetricStore.Limits()
        limits.series = 100
        var store = MetricStore(limits)
        for number in 0..<1_000 {
            let now = time(Int64(number))
            let data = [0, number].map { MetricDatum(metric($0), .count, at: now, value: 1) }
            store.record(data, at: now)
            #expect(store.count <= 100)
        }
        #expect(store.metrics(name: "m0").count == 1)
        #expect(store.metrics(name: "m999").count == 1)
        #expect(store.metrics(name: "m1").isEmpty)
    }

    @Test("a room too small for anything is not exceeded")
    func tiny() {
        var limits = MetricStore.Limits()
        limits.bytes = 2_000
        var store = MetricStore(limits)
        for number in 0..<50 {
            let now = time(Int64(number))
            store.record([MetricDatum(metric(number), .count, at: now, value: 1)], at: now)
            #expect(store.bytes <= limits.bytes)
        }
        #expect(store.metrics(name: "m49").count == 1)
    }

    @Test("what is counted is what there is")
    func bytes() {
        var store = MetricStore()
        for minute in 0..<200 {
            let now = time(Int64(minute) * 60)
            let times = (1...20).map { Double($0 * (minute + 1)) / 1_000 }
            let datum = MetricDatum(
                metric(minute % 3), .seconds, at: now, count: 20, sum: times.reduce(0, +), minimum: times[0],
                maximum: times[19], values: times, counts: Array(repeating: 1, count: 20))
            store.record([datum], at: now)
        }
        // When all is forgotten by age, nothing is left.
        store.record([MetricDatum(metric(9), .count, at: time(500 * 86_400), value: 1)], at: time(500 * 86_400))
        #expect(store.count == 1)
        var alone = MetricStore()
        alone.record([MetricDatum(metric(9), .count, at: time(500 * 86_400), value: 1)], at: time(500 * 86_400))
        #expect(store.bytes == alone.bytes)
        store.removeAll()
        #expect(store.bytes == 0 && store.count == 0)
    }
}
