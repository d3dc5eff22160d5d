import AWSWire
import Synchronization

/// The region's metrics, for all that write and read them at the same time.
package final class MetricBook: Sendable {
    private let store: Mutex<MetricStore>

    package init(_ limits: MetricStore.Limits = MetricStore.Limits()) { store = Mutex(MetricStore(limits)) }

    /// Keeps values.
    package func record(_ data: [MetricDatum], at now: Timestamp) {
        if !data.isEmpty { store.withLock { $0.record(data, at: now) } }
    }

    /// Reads. What is read must be little: writers wait meanwhile.
    package func read<Result: Sendable>(_ body: (borrowing MetricStore) -> Result) -> Result {
        store.withLock { body($0) }
    }

    /// Forgets everything.
    package func removeAll() { store.withLock { $0.removeAll() } }
}
