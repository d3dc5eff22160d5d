import Synchronization

/// Counts answers by operation and outcome, for the metrics endpoint.
package final class RequestMetrics: Sendable {
    /// What is counted apart.
    package struct Label: Hashable, Comparable, Sendable {
        /// The operation's name; `Unknown` when there is none.
        package var operation: String
        /// `OK` or the error's code.
        package var code: String

        package static func < (left: Label, right: Label) -> Bool {
            (left.operation, left.code) < (right.operation, right.code)
        }
    }

    /// Other labels than the first so many are counted together: codes come from us, but a bound costs nothing.
    private static let maximumLabels = 2_000
    private let counts = Mutex<[Label: Int]>([:])

    package init() {}

    /// Counts one answer.
    package func count(_ operation: String, _ code: String) {
        counts.withLock { counts in
            let label = Label(operation: operation, code: code)
            let isKnown = counts[label] != nil || counts.count < RequestMetrics.maximumLabels
            counts[isKnown ? label : Label(operation: "Other", code: "Other"), default: 0] += 1
        }
    }

    /// The counts so far, in order.
    package func read() -> [(label: Label, count: Int)] {
        counts.withLock { $0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
