import AWSWire
import Control
import NIOCore
import NodeLink
import State

/// The wire of one `AgentSession`: the socket, the clock, and the writer lane. Everything happens on the socket's
/// event loop.
///
/// `@unchecked Sendable`. Safe because its variables are touched on the event loop of `connection` only.
final class AgentConnection: WebSocketSession, AssignmentListener, @unchecked Sendable {
    private let instance: Key<ContainerInstanceRecord>
    private let sessionID: String
    private let versions: AgentVersions
    private let lane: Lane
    private let hub: SessionHub
    private let pulls: PullBook
    private var machine: AgentSession
    private var connection: WebSocketConnection?
    private var ticks: RepeatedTask?

    init(
        _ instance: Key<ContainerInstanceRecord>, _ versions: AgentVersions, lane: Lane, hub: SessionHub,
        pulls: PullBook, random: SeededRandom
    ) {
        var random = random
        sessionID = random.uuid()
        self.instance = instance
        self.versions = versions
        self.lane = lane
        self.hub = hub
        self.pulls = pulls
        machine = AgentSession(instance, random: random, at: WallClock.now)
    }

    func opened(_ connection: WebSocketConnection) {
        self.connection = connection
        lane.submit(at: WallClock.now) { (transaction, _) throws(WireError) in
            transaction.connect(self.instance, session: self.sessionID, self.versions, at: WallClock.now)
        } reply: { result in
            connection.eventLoop.execute { self.begin((try? result.get()) ?? false) }
        }
    }

    private func begin(_ isWelcome: Bool) {
        guard let connection, isWelcome else {
            connection?.close(code: 1_000, reason: SessionAdmission.inactiveReason)
            return
        }
        hub.attach(self, to: instance)
        perform(.opened)
        let interval = TimeAmount.milliseconds(AgentSession.tick.wholeMilliseconds)
        ticks = connection.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            self.perform(.ticked)
        }
    }

    func received(_ text: [UInt8]) {
        guard let message = try? ACSMessage(frame: text) else { return }
        perform(.received(message))
    }

    func changed(_ tasks: [Key<TaskRecord>], _ snapshot: Snapshot) {
        connection?.eventLoop.execute { self.perform(.changed(tasks), snapshot) }
    }

    func expected(_ images: [String]) {
        connection?.eventLoop.execute { self.perform(.expected(images: images)) }
    }

    func tell(_ message: ACSMessage) { connection?.send(message.frame) }

    func superseded() { connection?.close(code: 1_000, reason: "Another session took over.") }

    func closed() {
        ticks?.cancel()
        hub.detach(self, from: instance)
        pulls.take([], of: instance)
        lane.submit(at: WallClock.now) { (transaction, _) throws(WireError) in
            transaction.disconnect(self.instance, session: self.sessionID)
        } reply: { _ in
            // Nobody is left to tell; at the next start every instance is disconnected.
        }
    }

    private func perform(_ event: AgentSession.Event, _ snapshot: Snapshot? = nil) {
        for action in machine.handle(event, snapshot ?? lane.durable, at: WallClock.now) {
            switch action {
            case .send(let message): connection?.send(message.frame)
            case .close(let code, let reason): connection?.close(code: code, reason: reason)
            case .noteStopping(let tasks): noteStopping(tasks)
            case .noteUpdate(let isAccepted): noteUpdate(isAccepted)
            case .notePulls(let told): pulls.take(told, of: instance)
            }
        }
    }

    private func noteUpdate(_ isAccepted: Bool) {
        lane.submit(at: WallClock.now) { (transaction, _) throws(WireError) in
            transaction.noteUpdate(of: self.instance, isAccepted: isAccepted)
        } reply: { _ in
            // A lost note leaves the update PENDING: the next session orders it again.
        }
    }

    private func noteStopping(_ tasks: [Key<TaskRecord>]) {
        lane.submit(at: WallClock.now) { (transaction, context) throws(WireError) in
            transaction.noteStopping(tasks, at: context.now)
        } reply: { _ in
            // A lost note costs nothing: the task's end follows.
        }
    }
}
