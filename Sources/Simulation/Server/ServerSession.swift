import AWSWire
import Control
import NodeLink
import State

/// The server's end of a session for tasks: does for `AgentSession` what the real connection does.
///
/// Safe because a world runs in one thread.
final class ServerSession: AssignmentListener, @unchecked Sendable {
    private let instance: Key<ContainerInstanceRecord>
    private let versions: AgentVersions
    private let link: Link
    private unowned let process: ServerProcess
    private let sessionID: String
    private var machine: AgentSession
    private var isOpen = true

    private var timeline: Timeline { process.timeline }

    init(
        _ instance: Key<ContainerInstanceRecord>, _ versions: AgentVersions, _ link: Link, _ process: ServerProcess
    ) {
        self.instance = instance
        self.versions = versions
        self.link = link
        self.process = process
        sessionID = process.dice.random.uuid()
        machine = AgentSession(instance, random: process.dice.fork(), at: process.timeline.now)
    }

    func open() {
        link.attach(.server) { [self] in
            received($0)
        } closed: { [self] _ in
            closed()
        }
        let (instance, sessionID, versions, server) = (instance, sessionID, versions, process.name)
        let now = timeline.now
        process.lane.submit(at: now) { (transaction, _) throws(WireError) in
            transaction.connect(instance, session: sessionID, of: server, versions, at: now)
        } reply: { [self] result in
            guard isOpen, process.isAlive else { return }
            begin((try? result.get()) ?? false)
        }
    }

    private func begin(_ isWelcome: Bool) {
        guard isWelcome else { return close(1_008) }
        process.hub.attach(self, to: instance)
        perform(.opened, nil)
        tick()
    }

    private func tick() {
        timeline.after(AgentSession.tick) { [self] in
            guard isOpen else { return }
            perform(.ticked, nil)
            tick()
        }
    }

    private func received(_ frame: [UInt8]) {
        guard isOpen, let message = try? ACSMessage(frame: frame) else { return }
        perform(.received(message), nil)
    }

    func changed(_ tasks: [Key<TaskRecord>], _ snapshot: Snapshot) {
        // The real one hops to the connection's own thread.
        timeline.after(.zero) { [self] in
            if isOpen { perform(.changed(tasks), snapshot) }
        }
    }

    func expected(_ images: [String]) {
        timeline.after(.zero) { [self] in
            if isOpen { perform(.expected(images: images), nil) }
        }
    }

    func superseded() {
        timeline.after(.zero) { [self] in if isOpen { close(1_000) } }
    }

    private func perform(_ event: AgentSession.Event, _ snapshot: Snapshot?) {
        for action in machine.handle(event, snapshot ?? process.lane.durable, at: timeline.now) {
            switch action {
            case .send(let message): link.send(message.frame, from: .server)
            case .close(let code, _): close(UInt16(code))
            case .noteStopping(let tasks): note(tasks)
            case .noteUpdate(let isAccepted): noteUpdate(isAccepted)
            case .notePulls: continue
            }
        }
    }

    private func noteUpdate(_ isAccepted: Bool) {
        let instance = instance
        process.lane.submit(at: timeline.now) { (transaction, _) throws(WireError) in
            transaction.noteUpdate(of: instance, isAccepted: isAccepted)
        } reply: { _ in
            // As in the real one, the next session orders it again.
        }
    }

    private func note(_ tasks: [Key<TaskRecord>]) {
        process.lane.submit(at: timeline.now) { (transaction, context) throws(WireError) in
            transaction.noteStopping(tasks, at: context.now)
        } reply: { _ in
            // As in the real one, a lost note costs nothing.
        }
    }

    private func close(_ code: UInt16) {
        link.close(from: .server, code: code)
        closed()
    }

    private func closed() {
        guard isOpen else { return }
        isOpen = false
        process.hub.detach(self, from: instance)
        process.forget(self)
        let (instance, sessionID) = (instance, sessionID)
        process.lane.submit(at: timeline.now) { (transaction, _) throws(WireError) in
            transaction.disconnect(instance, session: sessionID)
        } reply: { _ in
            // Nobody is left to tell.
        }
    }

    /// The process died.
    func die() {
        isOpen = false
        link.abort(.server)
    }
}
