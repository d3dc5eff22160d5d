import AWSWire
import Synchronization

/// Refuses requests that come faster than their quota: one token bucket for each category of operations.
/// Source: Amazon ECS API Reference, Request throttling for the Amazon ECS API.
package final class Throttle: Sendable {
    /// The operations that share a bucket.
    package struct Quota: Sendable {
        /// How many requests may come at once.
        package var burst: Int
        /// How many more may come with every second.
        package var sustained: Int
        /// The operations' names.
        package var operations: [String]

        package init(burst: Int, sustained: Int, _ operations: [String]) {
            self.burst = burst
            self.sustained = sustained
            self.operations = operations
        }
    }

    private let buckets: Mutex<[TokenBucket]>
    private let positions: [String: Int]

    /// - Parameter quotas: an operation that is in none is never refused.
    package init(_ quotas: [Quota]) {
        var positions: [String: Int] = [:]
        for (position, quota) in quotas.enumerated() {
            for operation in quota.operations { positions[operation] = position }
        }
        self.positions = positions
        buckets = Mutex(quotas.map { TokenBucket(burst: $0.burst, sustained: $0.sustained) })
    }

    /// Takes a token for a request.
    /// - Throws: `ThrottlingException` when there is none.
    package func admit(_ operation: OperationModel, at now: Timestamp) throws(WireError) {
        guard let position = positions[operation.name] else { return }
        guard buckets.withLock({ $0[position].take(at: now) }) else { throw .throttling }
    }
}

/// A bucket that holds up to `burst` tokens and gains `sustained` each second.
struct TokenBucket: Sendable {
    private let burst: Int64
    private let sustained: Int64
    /// In thousandths of a token, so that every millisecond counts.
    private var level: Int64
    private var filledAt: Timestamp?

    init(burst: Int, sustained: Int) {
        self.burst = Int64(burst) * 1_000
        self.sustained = Int64(sustained)
        level = self.burst
    }

    /// - Returns: whether there was a token. A clock that goes back gives none and takes none.
    mutating func take(at now: Timestamp) -> Bool {
        if let filledAt, now > filledAt {
            let milliseconds = min(now.milliseconds - filledAt.milliseconds, 3_600_000)
            level = min(burst, level + milliseconds * sustained)
        }
        filledAt = max(now, filledAt ?? now)
        guard level >= 1_000 else { return false }
        level -= 1_000
        return true
    }
}
