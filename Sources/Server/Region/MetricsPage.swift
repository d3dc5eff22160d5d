import APIPipeline
import AWSWire
import State
import Telemetry

/// The region's numbers in Prometheus's text form.
enum MetricsPage {
    static func response(
        _ snapshot: Snapshot, _ requests: RequestMetrics, _ metrics: MetricBook, sessions: Int
    ) -> HTTPResponseMessage {
        var lines = [
            "# HELP roost_requests_total Answered API requests.", "# TYPE roost_requests_total counter",
        ]
        for (label, count) in requests.read() {
            lines.append("roost_requests_total{operation=\"\(label.operation)\",code=\"\(label.code)\"} \(count)")
        }
        lines += gauge("roost_store_revision", "Revision of the durable state.", Int(snapshot.revision))
        lines += gauge("roost_agent_sessions", "Open agent sessions.", sessions)
        lines += ["# HELP roost_tasks Tasks by last status.", "# TYPE roost_tasks gauge"]
        for (status, count) in tasks(snapshot) { lines.append("roost_tasks{status=\"\(status)\"} \(count)") }
        let kept = metrics.read { (series: $0.count, bytes: $0.bytes, refused: $0.refused) }
        lines += gauge("roost_metric_series", "Series of metrics that are kept.", kept.series)
        lines += gauge("roost_metric_bytes", "Memory that metrics take, roughly.", kept.bytes)
        lines += [
            "# HELP roost_metric_values_refused_total Values of metrics that were not fit to be kept.",
            "# TYPE roost_metric_values_refused_total counter",
            "roost_metric_values_refused_total \(kept.refused)",
        ]
        lines += gauge("process_resident_memory_bytes", "Memory of the process.", ProcessMemory.residentBytes)
        let body = Array((lines.joined(separator: "\n") + "\n").utf8)
        return HTTPResponseMessage(
            status: 200, headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"], body: body)
    }

    private static func gauge(_ name: String, _ help: String, _ value: Int) -> [String] {
        ["# HELP \(name) \(help)", "# TYPE \(name) gauge", "\(name) \(value)"]
    }

    private static func tasks(_ snapshot: Snapshot) -> [(String, Int)] {
        let clusters = snapshot.list(ClusterRecord.self).map(\.name)
        return TaskStatus.allCases.map { status in
            (status.rawValue, clusters.reduce(0) { $0 + snapshot.tally(of: $1).tasks(status) })
        }
    }
}
