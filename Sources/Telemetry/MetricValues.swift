/// What is known of the values of a metric in some time.
package struct MetricValues: Sendable, Equatable {
    enum Distribution: Sendable, Equatable {
        /// All values are the same.
        case same
        case sketch(ValueSketch)
        /// Some values came as a count, a sum and the two ends.
        case unknown
    }

    package private(set) var count: Double
    package private(set) var sum: Double
    package private(set) var minimum: Double
    package private(set) var maximum: Double
    private(set) var distribution: Distribution

    init(count: Double, sum: Double, minimum: Double, maximum: Double, distribution: Distribution) {
        self.count = count
        self.sum = sum
        self.minimum = minimum
        self.maximum = maximum
        self.distribution = distribution
    }

    package var average: Double { sum / count }

    /// Adds other values.
    mutating func add(_ other: MetricValues) {
        distribution = joined(other)
        count += other.count
        sum += other.sum
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
    }

    private func joined(_ other: MetricValues) -> Distribution {
        if case .same = distribution, case .same = other.distribution, minimum == other.minimum { return .same }
        guard var sketch, let more = other.sketch else { return .unknown }
        sketch.add(more)
        return .sketch(sketch)
    }

    private var sketch: ValueSketch? {
        switch distribution {
        case .unknown: return nil
        case .sketch(let sketch): return sketch
        case .same:
            var sketch = ValueSketch()
            sketch.add(minimum, count: count)
            return sketch
        }
    }

    /// The value below which `percent` of the values are, within one per cent; nil when the distribution is not known.
    package func percentile(_ percent: Double) -> Double? {
        switch distribution {
        case .unknown: nil
        case .same: minimum
        case .sketch(let sketch):
            percent >= 100 ? maximum : sketch.quantile(percent / 100).map { min(max($0, minimum), maximum) }
        }
    }

    /// What it takes, in bytes, roughly.
    var size: Int {
        guard case .sketch(let sketch) = distribution else { return 0 }
        // Two arrays with their heads.
        return 64 + sketch.steps.count * (MemoryLayout<Int16>.stride + MemoryLayout<Double>.stride)
    }
}

/// What is asked of the values of a metric.
/// Source: Amazon CloudWatch User Guide, "Statistics definitions".
package enum MetricStatistic: Sendable, Hashable {
    case sampleCount, sum, average, minimum, maximum
    /// From 0 to 100.
    case percentile(Double)

    /// - Parameter text: CloudWatch's name: `Average`, `p99.9`, …
    /// - Returns: nil for a name that is none of these.
    package init?(_ text: String) {
        switch text {
        case "SampleCount": self = .sampleCount
        case "Sum": self = .sum
        case "Average": self = .average
        case "Minimum": self = .minimum
        case "Maximum": self = .maximum
        default:
            let digits = text.dropFirst()
            // Up to ten decimal places.
            let isNumber = digits.utf8.count <= 14 && digits.allSatisfy { $0 == "." || $0.isASCII && $0.isNumber }
            guard text.first == "p", isNumber, let percent = Double(digits), (0...100).contains(percent) else {
                return nil
            }
            self = .percentile(percent)
        }
    }
}

extension MetricValues {
    /// What a statistic says of these values; nil for a percentile of values whose distribution is not known.
    package func value(_ statistic: MetricStatistic) -> Double? {
        switch statistic {
        case .sampleCount: count
        case .sum: sum
        case .average: average
        case .minimum: minimum
        case .maximum: maximum
        case .percentile(let percent): percentile(percent)
        }
    }
}
