import AWSWire
import NodeNet
import Synchronization

/// Ends sessions that have gone silent, or are old.
/// Source: agent protocol, liveness and lifetime.
final class Liveness: Sendable {
    /// Observed: Fixtures/tcs-agent-close-frame.json.
    static let goodbye = "ConnectionExpired: Reconnect to continue"

    private let idle: Duration
    private let lifetime: Duration
    private let lastMessage = Mutex(ContinuousClock.now)

    /// The times are spread, so that many agents do not redial at once.
    init(_ timings: AgentConfiguration.Timings, _ random: inout SeededRandom) {
        idle = timings.idle * (1 + Double.random(in: 0...1, using: &random))
        lifetime = timings.lifetime * (1 + Double.random(in: 0...(1.0 / 6), using: &random))
    }

    /// A message came.
    func touch() { lastMessage.withLock { $0 = .now } }

    /// Watches until it has ended the session, or is cancelled.
    /// - Parameter isTelemetry: whether silence is answered with a goodbye too; the other session is cut.
    func watch(_ socket: WebSocket, isTelemetry: Bool) async {
        let end = ContinuousClock.now + lifetime
        while !Task.isCancelled {
            let silence = lastMessage.withLock { $0 } + idle
            guard (try? await Task.sleep(until: min(silence, end), clock: .continuous)) != nil else { return }
            if ContinuousClock.now >= end {
                return socket.close(code: 1_000, reason: Liveness.goodbye)
            }
            guard ContinuousClock.now >= lastMessage.withLock({ $0 }) + idle else { continue }
            if isTelemetry { return socket.close(code: 1_000, reason: Liveness.goodbye) }
            return socket.cut()
        }
    }
}
