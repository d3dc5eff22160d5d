import AWSWire
import Control
import NIOCore
import NodeLink
import State
import Telemetry

/// The wire of one `BalancerSession`: the socket, the clock, and the writer lane. Everything happens on the socket's
/// event loop.
///
/// `@unchecked Sendable`. Safe because its variables are touched on the event loop of `connection` only.
final class BalancerConnection: WebSocketSession, BalancerListener, @unchecked Sendable {
    private let sessionID: String
    private let lane: Lane
    private let hub: BalancerHub
    private let metrics: MetricBook
    private var machine = BalancerSession(at: WallClock.now)
    private var connection: WebSocketConnection?
    private var ticks: RepeatedTask?

    init(lane: Lane, hub: BalancerHub, metrics: MetricBook, random: SeededRandom) {
        var random = random
        sessionID = random.uuid()
        self.lane = lane
        self.hub = hub
        self.metrics = metrics
    }

    func opened(_ connection: WebSocketConnection) {
        self.connection = connection
        let interval = TimeAmount.milliseconds(BalancerSession.tick.wholeMilliseconds)
        ticks = connection.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            self.perform(.ticked)
        }
    }

    func received(_ text: [UInt8]) {
        guard let message = try? BalancerNodeMessage(frame: text) else { return }
        perform(.received(message))
    }

    func changed(_ changes: BalancerChanges, _ snapshot: Snapshot) {
        connection?.eventLoop.execute { self.perform(.changed(changes), snapshot) }
    }

    func superseded() { connection?.close(code: 1_000, reason: "Another session took over.") }

    func closed() {
        ticks?.cancel()
        guard let node = machine.node else { return }
        hub.detach(self, from: node)
        // Nobody is left to tell; at the next start every node is disconnected.
        note { transaction, now in
            transaction.disconnect(BalancerNodeRecord.key(node), session: self.sessionID, at: now)
        }
    }

    private func perform(_ event: BalancerSession.Event, _ snapshot: Snapshot? = nil) {
        for action in machine.handle(event, snapshot ?? lane.durable, at: WallClock.now) {
            switch action {
            case .send(let message): connection?.send(message.frame)
            case .close(let code, let reason): connection?.close(code: code, reason: reason)
            case .noteHello(let hello): welcome(hello)
            case .noteApplied(let revision, let problems):
                note { transaction, _ in
                    transaction.noteApplied(
                        BalancerNodeRecord.key(self.node), session: self.sessionID, revision: revision,
                        problems: problems)
                }
            case .noteHealth(let changes):
                note { transaction, now in
                    transaction.noteHealth(of: changes, from: BalancerNodeRecord.key(self.node), at: now)
                }
            case .noteDrained(let drained): note { transaction, _ in transaction.noteDrained(drained) }
            case .noteTraffic(let traffic):
                let now = WallClock.now
                let node = BalancerNodeRecord.key(node)
                metrics.record(TrafficMetrics.data(traffic, from: node, in: lane.durable, at: now), at: now)
            }
        }
    }

    private var node: String { machine.node ?? "" }

    private func welcome(_ hello: BalancerHello) {
        lane.submit(at: WallClock.now) { (transaction, context) throws(WireError) in
            transaction.connect(hello, session: self.sessionID, at: context.now)
        } reply: { result in
            self.connection?.eventLoop.execute {
                guard case .success = result else {
                    self.connection?.close(code: 1_011, reason: "The state could not be stored.")
                    return
                }
                self.hub.attach(self, to: hello.name)
                self.perform(.welcomed)
            }
        }
    }

    /// Stores what a node says. A node whose word is lost has to say it anew: its session ends.
    private func note(_ body: @escaping @Sendable (inout Transaction, Timestamp) -> Void) {
        lane.submit(at: WallClock.now) { (transaction, context) throws(WireError) in
            body(&transaction, context.now)
        } reply: { result in
            if case .failure = result { self.connection?.close(code: 1_011, reason: "The state could not be stored.") }
        }
    }
}
