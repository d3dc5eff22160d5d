import AWSWire
import Telemetry

/// The region's metrics for people and tests, until CloudWatch's API serves them: `GET /_roost/telemetry`.
///
/// Parameters, all optional: `namespace`, `name`, `dimension` (`NAME` or `NAME=VALUE`, several times), `period` in
/// seconds (60), `minutes` to look back (15, up to 1,440), `statistic` (several times; all but percentiles). Times are
/// whole minutes; the last period is the one under way.
enum TelemetryPage {
    /// As many metrics as ListMetrics tells at once.
    private static let mostMetrics = 500
    /// As many values as GetMetricStatistics tells at once.
    private static let mostPeriods: Int64 = 1_440

    /// What is asked for.
    struct Query {
        var namespace: String?
        var name: String?
        var dimensions: [(name: String, value: String?)]
        var statistics: [(text: String, statistic: MetricStatistic)]
        var periodSeconds: Int64
        var from: Int64
        var to: Int64

        /// - Throws: a sentence about the parameter that is wrong.
        init(_ form: QueryForm, at now: Timestamp) throws(WireError) {
            namespace = form.value("namespace")
            name = form.value("name")
            dimensions = form.parameters.filter { $0.name == "dimension" }.map { parameter in
                let parts = parameter.value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), parts.count > 1 ? String(parts[1]) : nil)
            }
            statistics = try Query.statistics(form)
            periodSeconds = try Query.number(form, "period", 60, 1...86_400)
            let minutes = try Query.number(form, "minutes", 15, 1...1_440)
            let step = max(60, periodSeconds)
            to = (now.seconds / step + 1) * step
            from = to - (minutes * 60 + step - 1) / step * step
            guard (to - from) / periodSeconds <= mostPeriods else {
                throw Query.fault("There are too many periods: ask for fewer minutes, or longer periods.")
            }
        }

        private static func statistics(
            _ form: QueryForm
        ) throws(WireError) -> [(text: String, statistic: MetricStatistic)] {
            let asked = form.parameters.filter { $0.name == "statistic" }.map(\.value)
            var found: [(text: String, statistic: MetricStatistic)] = []
            for text in asked.isEmpty ? ["SampleCount", "Sum", "Average", "Minimum", "Maximum"] : asked {
                guard let statistic = MetricStatistic(text) else {
                    throw fault("statistic takes SampleCount, Sum, Average, Minimum, Maximum, p50 and so on.")
                }
                found.append((text, statistic))
            }
            return found
        }

        private static func number(
            _ form: QueryForm, _ name: String, _ otherwise: Int64, _ range: ClosedRange<Int64>
        ) throws(WireError) -> Int64 {
            guard let text = form.value(name) else { return otherwise }
            guard let number = Int64(text), range.contains(number) else {
                throw fault("\(name) takes a number from \(range.lowerBound) to \(range.upperBound).")
            }
            return number
        }

        private static func fault(_ text: String) -> WireError {
            WireError(code: "InvalidParameterValue", message: text)
        }
    }

    static func body(_ query: Query, _ book: MetricBook) -> JSONValue {
        let since = Timestamp(milliseconds: query.from * 1_000)
        let found = book.read { store in
            store.metrics(
                namespace: query.namespace, name: query.name, dimensions: query.dimensions, since: since)
        }
        let told = found.prefix(mostMetrics).map { metric -> JSONValue in
            let question = MetricQuery(metric, from: query.from, to: query.to, periodSeconds: query.periodSeconds)
            return look(metric, book.read { $0.datapoints(question) }, query)
        }
        return ["metrics": .array(told), "isComplete": .bool(found.count <= mostMetrics)]
    }

    private static func look(_ metric: Metric, _ points: [MetricDatapoint], _ query: Query) -> JSONValue {
        [
            "namespace": .string(metric.namespace), "name": .string(metric.name),
            "dimensions": .object(metric.dimensions.map { JSONMember($0.name, .string($0.value)) }),
            "datapoints": .array(points.map { look($0, query) }),
        ]
    }

    private static func look(_ point: MetricDatapoint, _ query: Query) -> JSONValue {
        var members = [
            JSONMember("timestamp", .int(point.time.seconds)),
            JSONMember("unit", .string(point.unit.rawValue)),
        ]
        for (text, statistic) in query.statistics {
            if let value = point.values.value(statistic) { members.append(JSONMember(text, .double(value))) }
        }
        return .object(members)
    }
}
