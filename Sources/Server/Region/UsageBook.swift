import AWSWire
import Control
import NodeLink
import State
import Synchronization
import Telemetry

/// Takes what agents measure, from all their sessions, and writes it into the region's metrics.
final class UsageBook: Sendable {
    private let metrics: MetricBook
    private let usage = Mutex(UsageMetrics())

    init(_ metrics: MetricBook) { self.metrics = metrics }

    func take(
        _ request: TCS.PublishMetricsRequest, from instance: Key<ContainerInstanceRecord>, in snapshot: Snapshot,
        at now: Timestamp
    ) {
        let data = usage.withLock { $0.take(request, from: instance, in: snapshot, at: now) }
        metrics.record(data, at: now)
    }
}
