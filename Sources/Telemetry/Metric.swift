/// What is measured: a name in a namespace, of one thing. Two metrics with other dimensions are two metrics.
/// Source: Amazon CloudWatch User Guide, "CloudWatch concepts": namespaces, metrics and dimensions.
package struct Metric: Hashable, Comparable, Sendable {
    /// For example `AWS/ApplicationELB`.
    package var namespace: String
    /// For example `RequestCount`.
    package var name: String
    /// In the order of their names, whatever the order in which they were given.
    package let dimensions: [Dimension]

    package init(_ namespace: String, _ name: String, _ dimensions: [Dimension]) {
        self.namespace = namespace
        self.name = name
        self.dimensions = dimensions.sorted()
    }

    package static func < (left: Metric, right: Metric) -> Bool {
        if left.namespace != right.namespace { return left.namespace < right.namespace }
        if left.name != right.name { return left.name < right.name }
        return left.dimensions.lexicographicallyPrecedes(right.dimensions)
    }

    /// A part of what says whose metric it is.
    package struct Dimension: Hashable, Comparable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }

        package static func < (left: Dimension, right: Dimension) -> Bool {
            (left.name, left.value) < (right.name, right.value)
        }
    }
}

/// What the values of a metric count. Source: Amazon CloudWatch API Reference, MetricDatum, Unit.
package enum MetricUnit: String, Sendable, Hashable, CaseIterable {
    case seconds = "Seconds"
    case microseconds = "Microseconds"
    case milliseconds = "Milliseconds"
    case bytes = "Bytes"
    case kilobytes = "Kilobytes"
    case megabytes = "Megabytes"
    case gigabytes = "Gigabytes"
    case terabytes = "Terabytes"
    case bits = "Bits"
    case kilobits = "Kilobits"
    case megabits = "Megabits"
    case gigabits = "Gigabits"
    case terabits = "Terabits"
    case percent = "Percent"
    case count = "Count"
    case bytesPerSecond = "Bytes/Second"
    case kilobytesPerSecond = "Kilobytes/Second"
    case megabytesPerSecond = "Megabytes/Second"
    case gigabytesPerSecond = "Gigabytes/Second"
    case terabytesPerSecond = "Terabytes/Second"
    case bitsPerSecond = "Bits/Second"
    case kilobitsPerSecond = "Kilobits/Second"
    case megabitsPerSecond = "Megabits/Second"
    case gigabitsPerSecond = "Gigabits/Second"
    case terabitsPerSecond = "Terabits/Second"
    case countPerSecond = "Count/Second"
    case none = "None"
}
