import AWSWire

/// Metrics of a region in memory, for as long as CloudWatch keeps them or as the room allows. Pure: time comes in.
///
/// The room is bounded. When it is full, the finest level gives up its oldest first, down to what scaling
/// policies look back; the coarser levels have the same values. Then the series that were written to longest ago go.
package struct MetricStore: Sendable {
    /// How much is kept.
    package struct Limits: Sendable {
        /// A load balancer with one group on one node has about 40.
        package var series = 20_000
        /// Of buckets and sketches, roughly: 128 MiB are 80 series over 15 days, or 18,000 over an hour.
        package var bytes = 128 << 20

        package init() {}
    }

    /// How old or how far ahead of the clock a value may be. Source: MetricDatum, Timestamp: two weeks, two hours.
    private static let pastSeconds: Int64 = 14 * 86_400
    private static let futureSeconds: Int64 = 2 * 3_600
    private static let longestName = 1_024
    private static let mostDimensions = 30

    private struct SeriesKey: Hashable, Comparable {
        var metric: Metric
        var unit: MetricUnit

        static func < (left: SeriesKey, right: SeriesKey) -> Bool {
            left.metric != right.metric ? left.metric < right.metric : left.unit.rawValue < right.unit.rawValue
        }
    }

    private let limits: Limits
    private var series: [SeriesKey: MetricSeries] = [:]
    /// What the store takes, roughly.
    package private(set) var bytes = 0
    /// How many values were not fit to be kept.
    package private(set) var refused = 0
    /// When what is too old was last looked for.
    private var lastSweep = Int64.min

    package init(_ limits: Limits = Limits()) { self.limits = limits }

    /// How many series there are.
    package var count: Int { series.count }

    // MARK: Writing

    /// Keeps values. What CloudWatch would refuse is left out and counted.
    package mutating func record(_ data: [MetricDatum], at now: Timestamp) {
        for datum in data {
            guard datum.isSound, MetricStore.isName(datum.metric),
                (-MetricStore.pastSeconds...MetricStore.futureSeconds).contains(datum.time.seconds - now.seconds)
            else {
                refused += 1
                continue
            }
            let key = SeriesKey(metric: datum.metric, unit: datum.unit)
            if series[key] == nil {
                if series.count >= limits.series { dropStalest() }
                series[key] = MetricSeries()
                bytes += MetricSeries.emptySize
            }
            bytes += series[key]?.add(datum.values, at: datum.time, isHighResolution: datum.isHighResolution) ?? 0
        }
        sweep(at: now.seconds)
        makeRoom(at: now.seconds)
    }

    private static func isName(_ metric: Metric) -> Bool {
        let texts = [metric.namespace, metric.name] + metric.dimensions.flatMap { [$0.name, $0.value] }
        return metric.dimensions.count <= mostDimensions
            && texts.allSatisfy { !$0.isEmpty && $0.utf8.count <= longestName }
    }

    // MARK: Forgetting

    /// Forgets what is older than its level is kept, once a quarter of an hour.
    private mutating func sweep(at now: Int64) {
        guard now - 900 >= lastSweep else { return }
        lastSweep = now
        for level in MetricLevel.allCases { forget(level, before: now - level.retentionSeconds) }
    }

    private mutating func forget(_ level: MetricLevel, before horizon: Int64) {
        // Order does not matter: each series is looked at by itself.
        for key in Array(series.keys) {
            bytes -= series[key]?.forget(level, before: horizon) ?? 0
            if series[key]?.isEmpty ?? false {
                series[key] = nil
                bytes -= MetricSeries.emptySize
            }
        }
    }

    private mutating func makeRoom(at now: Int64) {
        while bytes > limits.bytes {
            if !giveUpOldest(at: now) { dropStalest() }
        }
    }

    /// Lets the finest level that can give something up do so.
    /// - Returns: whether there was one.
    private mutating func giveUpOldest(at now: Int64) -> Bool {
        for level in MetricLevel.allCases {
            guard let horizon = horizon(level, at: now) else { continue }
            forget(level, before: horizon)
            return true
        }
        return false
    }

    /// Before which time a level can give up what it has; nil when it has to keep all. An eighth of it at once, so that
    /// it is not every value that makes everybody move.
    private func horizon(_ level: MetricLevel, at now: Int64) -> Int64? {
        let end = now - level.leastSeconds
        guard let oldest = series.values.compactMap({ $0[level].first?.start }).min(), oldest < end else { return nil }
        return min(end, oldest + max(level.seconds, (now - oldest) / 8))
    }

    /// Drops a sixteenth of the series, those that were written to longest ago.
    private mutating func dropStalest() {
        let ages = series.map { ($0.value.lastSeconds, $0.key) }.sorted { $0.0 != $1.0 ? $0.0 < $1.0 : $0.1 < $1.1 }
        for (_, key) in ages.prefix(max(1, ages.count / 16)) {
            bytes -= series.removeValue(forKey: key)?.size ?? 0
        }
    }

    /// Forgets everything.
    package mutating func removeAll() {
        series = [:]
        bytes = 0
    }
}

// MARK: Reading

/// Values of a metric in a period.
package struct MetricDatapoint: Sendable, Equatable {
    /// The beginning of the period.
    package var time: Timestamp
    package var unit: MetricUnit
    package var values: MetricValues
}

/// A question for a metric. Source: GetMetricStatistics, request parameters.
package struct MetricQuery: Sendable {
    package var metric: Metric
    /// Nil for whatever units there are.
    package var unit: MetricUnit?
    /// In seconds since 1970; the first period begins here.
    package var from: Int64
    /// In seconds since 1970; no period begins here or later.
    package var to: Int64
    /// 1, 5, 10, 30 or a multiple of 60. Only metrics of high resolution have values for less than 60.
    package var periodSeconds: Int64

    package init(_ metric: Metric, from: Int64, to: Int64, periodSeconds: Int64, unit: MetricUnit? = nil) {
        self.metric = metric
        self.from = from
        self.to = to
        self.periodSeconds = periodSeconds
        self.unit = unit
    }
}

extension MetricStore {
    /// The periods that have values, in order; by unit where there are several.
    ///
    /// They come from the coarsest level whose buckets fit into the periods, which reaches furthest back. A question
    /// whose periods begin within a minute gets the minute that begins in them.
    package func datapoints(_ query: MetricQuery) -> [MetricDatapoint] {
        guard query.periodSeconds > 0, query.from < query.to else { return [] }
        let fitting = MetricLevel.allCases.last { level in
            query.periodSeconds % level.seconds == 0 && query.from % level.seconds == 0
        }
        let level = fitting == .second && query.periodSeconds >= 60 ? .minute : fitting ?? .second
        return MetricUnit.allCases.flatMap { unit -> [MetricDatapoint] in
            guard query.unit == nil || query.unit == unit,
                let series = series[SeriesKey(metric: query.metric, unit: unit)]
            else { return [] }
            return MetricStore.datapoints(series[level], query, unit)
        }
    }

    private static func datapoints(
        _ buckets: [MetricSeries.Bucket], _ query: MetricQuery, _ unit: MetricUnit
    ) -> [MetricDatapoint] {
        var points: [MetricDatapoint] = []
        for bucket in buckets[MetricSeries.place(of: query.from, in: buckets)...] {
            guard bucket.start < query.to else { break }
            let begin = bucket.start - (bucket.start - query.from) % query.periodSeconds
            let time = Timestamp(milliseconds: begin * 1_000)
            if points.last?.time == time {
                points[points.count - 1].values.add(bucket.values)
            } else {
                points.append(MetricDatapoint(time: time, unit: unit, values: bucket.values))
            }
        }
        return points
    }

    /// The metrics that have values, in order.
    /// - Parameters:
    ///   - namespace: nil for all.
    ///   - name: nil for all.
    ///   - dimensions: the metric has all of these, with these values; a nil one with any.
    ///   - since: left out is what has no value at this time or later.
    /// Source: Amazon CloudWatch API Reference, ListMetrics.
    package func metrics(
        namespace: String? = nil, name: String? = nil, dimensions: [(name: String, value: String?)] = [],
        since: Timestamp? = nil
    ) -> [Metric] {
        var found: Set<Metric> = []
        // Order does not matter: what is found is sorted.
        for (key, series) in series {
            let metric = key.metric
            guard namespace == nil || metric.namespace == namespace, name == nil || metric.name == name,
                since.map({ series.lastSeconds >= $0.seconds }) ?? true
            else { continue }
            let hasAll = dimensions.allSatisfy { wanted in
                metric.dimensions.contains { own in
                    own.name == wanted.name && (wanted.value == nil || own.value == wanted.value)
                }
            }
            if hasAll { found.insert(metric) }
        }
        return found.sorted()
    }
}
