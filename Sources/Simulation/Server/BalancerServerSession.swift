import AWSWire
import Control
import NodeLink
import State

/// The server's end of a balancer node's session: does for `BalancerSession` what the real connection does.
///
/// Safe because a world runs in one thread.
final class BalancerServerSession: BalancerListener, @unchecked Sendable {
    private let link: Link
    private unowned let process: ServerProcess
    private let sessionID: String
    private var machine: BalancerSession
    private var isOpen = true

    private var timeline: Timeline { process.timeline }
    private var node: Key<BalancerNodeRecord> { BalancerNodeRecord.key(machine.node ?? "") }

    init(_ link: Link, _ process: ServerProcess) {
        self.link = link
        self.process = process
        sessionID = process.dice.random.uuid()
        machine = BalancerSession(at: process.timeline.now)
    }

    func open() {
        link.attach(.server) { [self] in
            received($0)
        } closed: { [self] _ in
            closed()
        }
        tick()
    }

    private func tick() {
        timeline.after(BalancerSession.tick) { [self] in
            guard isOpen else { return }
            perform(.ticked, nil)
            tick()
        }
    }

    private func received(_ frame: [UInt8]) {
        guard isOpen, let message = try? BalancerNodeMessage(frame: frame) else { return }
        perform(.received(message), nil)
    }

    func changed(_ changes: BalancerChanges, _ snapshot: Snapshot) {
        // The real one hops to the connection's own thread.
        timeline.after(.zero) { [self] in if isOpen { perform(.changed(changes), snapshot) } }
    }

    func superseded() {
        timeline.after(.zero) { [self] in if isOpen { close(1_000) } }
    }

    private func perform(_ event: BalancerSession.Event, _ snapshot: Snapshot?) {
        let (node, sessionID) = (node, sessionID)
        for action in machine.handle(event, snapshot ?? process.lane.durable, at: timeline.now) {
            switch action {
            case .send(let message): link.send(message.frame, from: .server)
            case .close(let code, _): close(UInt16(code))
            case .noteHello(let hello): welcome(hello)
            case .noteApplied(let revision, let problems):
                note { $0.noteApplied(node, session: sessionID, revision: revision, problems: problems) }
            case .noteHealth(let changes):
                let now = timeline.now
                note { $0.noteHealth(of: changes, from: node, at: now) }
            case .noteDrained(let drained): note { $0.noteDrained(drained) }
            // Simulated nodes have no traffic to tell of.
            case .noteTraffic: break
            }
        }
    }

    private func welcome(_ hello: BalancerHello) {
        let (sessionID, server, now) = (sessionID, process.name, timeline.now)
        process.lane.submit(at: now) { (transaction, _) throws(WireError) in
            transaction.connect(hello, session: sessionID, of: server, at: now)
        } reply: { [self] result in
            guard isOpen, process.isAlive else { return }
            guard case .success = result else { return close(1_011) }
            process.balancers.attach(self, to: hello.name)
            perform(.welcomed, nil)
        }
    }

    /// As in the real one, a node whose word is lost has to say it anew.
    private func note(_ body: @escaping @Sendable (inout Transaction) -> Void) {
        process.lane.submit(at: timeline.now) { (transaction, _) throws(WireError) in
            body(&transaction)
        } reply: { [self] result in
            if isOpen, process.isAlive, case .failure = result { close(1_011) }
        }
    }

    private func close(_ code: UInt16) {
        link.close(from: .server, code: code)
        closed()
    }

    private func closed() {
        guard isOpen else { return }
        isOpen = false
        process.forget(self)
        guard let name = machine.node else { return }
        process.balancers.detach(self, from: name)
        let (node, sessionID, now) = (node, sessionID, timeline.now)
        process.lane.submit(at: now) { (transaction, _) throws(WireError) in
            transaction.disconnect(node, session: sessionID, at: now)
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
