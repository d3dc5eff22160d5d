import AWSWire
import Control
import NIOCore
import NodeLink
import State

/// The wire of one agent's measurements (TCS).
///
/// `@unchecked Sendable`. Safe because its variables are touched on the event loop of `connection` only.
final class TelemetryConnection: WebSocketSession, @unchecked Sendable {
    private let instance: Key<ContainerInstanceRecord>
    private let lane: Lane
    private let usage: UsageBook
    private var connection: WebSocketConnection?
    private var heartbeats: RepeatedTask?

    init(_ instance: Key<ContainerInstanceRecord>, lane: Lane, usage: UsageBook) {
        self.instance = instance
        self.lane = lane
        self.usage = usage
    }

    func opened(_ connection: WebSocketConnection) {
        self.connection = connection
        heartbeats = connection.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(30), delay: .seconds(30)) { _ in
            connection.send(TCSMessage.heartbeat(.init(healthy: true)).frame)
        }
    }

    func received(_ text: [UInt8]) {
        guard let message = try? TCSMessage(frame: text) else { return }
        if let answer = TelemetryReports.answer(to: message) { connection?.send(answer.frame) }
        if case .metrics(let request) = message {
            usage.take(request, from: instance, in: lane.durable, at: WallClock.now)
        }
        guard TelemetryReports.concernsState(message) else { return }
        lane.submit(at: WallClock.now) { (transaction, context) throws(WireError) in
            TelemetryReports.keep(message, from: self.instance, &transaction, at: context.now)
        } reply: { _ in
            // Agents report again.
        }
    }

    func closed() { heartbeats?.cancel() }
}
