import AWSWire

/// Values of a metric at a time.
/// Source: Amazon CloudWatch API Reference, MetricDatum: a value, values with counts, or a statistic set.
package struct MetricDatum: Sendable {
    package var metric: Metric
    package var unit: MetricUnit
    package var time: Timestamp
    /// Whether single seconds are kept apart, for three hours; minutes otherwise.
    package var isHighResolution = false
    var values: MetricValues

    /// One value, or the same one so many times.
    /// - Parameter count: more than 0.
    package init(_ metric: Metric, _ unit: MetricUnit, at time: Timestamp, value: Double, count: Double = 1) {
        self.init(
            metric, unit, at: time, count: count, sum: value * count, minimum: value, maximum: value, values: [],
            counts: [])
    }

    /// Many values.
    /// - Parameters:
    ///   - count: how many, more than 0.
    ///   - values: they, or what is close to them, for percentiles; empty when all that is known is the rest. Then
    ///     there are percentiles only if all values are the same.
    ///   - counts: how often each of `values` came; as many as there are values.
    package init(
        _ metric: Metric, _ unit: MetricUnit, at time: Timestamp, count: Double, sum: Double, minimum: Double,
        maximum: Double, values: [Double], counts: [Double]
    ) {
        self.metric = metric
        self.unit = unit
        self.time = time
        var distribution = MetricValues.Distribution.unknown
        if minimum == maximum {
            distribution = .same
        } else if !values.isEmpty {
            var sketch = ValueSketch()
            for (value, count) in zip(values, counts) { sketch.add(value, count: count) }
            distribution = .sketch(sketch)
        }
        self.values = MetricValues(
            count: count, sum: sum, minimum: minimum, maximum: maximum, distribution: distribution)
    }

    /// Whether it can be kept: numbers that are numbers, and a count of something.
    /// Source: MetricDatum, Value: NaN and infinities are not supported; the range is ±2^360.
    var isSound: Bool {
        let bound = 0x1p360
        return values.count > 0 && values.count <= 0x1p53 && values.minimum <= values.maximum
            && [values.sum, values.minimum, values.maximum].allSatisfy { abs($0) <= bound }
    }
}
