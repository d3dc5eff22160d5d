import AWSModels
import AWSWire

/// Rules for the resolution of a service's metrics.
/// Source: Amazon ECS API Reference, MetricConfiguration.
enum MonitoringRules {
    private static let metrics = ["CPUUtilization", "MemoryUtilization"]
    private static let resolutionsSeconds = [20, 60]

    static func check(_ monitoring: ECS.MonitoringConfiguration?) throws(WireError) {
        let configurations = monitoring?.metricConfigurations ?? []
        let names = configurations.flatMap(\.metricNames)
        guard names.allSatisfy(metrics.contains) else {
            throw .invalidParameter("The metrics of a service are \(metrics.joined(separator: " and ")).")
        }
        guard Set(names).count == names.count else {
            throw .invalidParameter("A metric must have one resolution only.")
        }
        guard configurations.allSatisfy({ resolutionsSeconds.contains($0.resolutionSeconds) }) else {
            throw .invalidParameter("resolutionSeconds must be 20 or 60.")
        }
    }
}
