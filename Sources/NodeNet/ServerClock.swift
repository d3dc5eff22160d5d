import AWSWire
import Synchronization

/// The time as a server has it, for signatures: a machine whose clock is wrong, or jumps, is served nevertheless.
///
/// It is this machine's clock until a request is refused and the answer's `Date` is far from it; from then on the
/// difference counts, until it is another one.
/// Source: AWS SDKs and Tools Reference Guide, `correct_clock_skew`.
package final class ServerClock: Sendable {
    /// Less than the shortest difference for which signatures are refused, which is five minutes.
    private static let tolerance: Duration = .seconds(240)

    private let local: @Sendable () -> Timestamp
    private let difference = Mutex<Duration>(.zero)

    /// - Parameter local: this machine's wall clock.
    package init(_ local: @escaping @Sendable () -> Timestamp) {
        self.local = local
    }

    /// What requests are to be signed with.
    package var now: Timestamp { local().advanced(by: difference.withLock { $0 }) }

    /// Takes the time from an answer that refuses a request.
    /// - Returns: whether the time is another one now, so that the request may be signed and sent once more.
    package func isMended(by answer: HTTPResponseMessage) -> Bool {
        guard (400..<500).contains(answer.status), let date = answer.headers["Date"],
            let theirs = Timestamp(httpDate: date)
        else { return false }
        let found = theirs - local()
        return difference.withLock { difference in
            let change = found - difference
            guard change > ServerClock.tolerance || change < .zero - ServerClock.tolerance else { return false }
            difference = found
            return true
        }
    }
}
