import AWSModels
import AWSWire
import NodeLink
import State
import Testing

@testable import Control

/// The update of an agent, from the order to its return.
@Suite("Agent update") struct AgentUpdateTests {
    private let instance = ContainerInstanceRecord.key("default", "instance0")

    private func world(_ status: ECS.AgentUpdateStatus?) -> ControlWorld {
        var world = ControlWorld()
        world.transaction.update(instance) { instance in
            instance.agentVersion = "1.80.0"
            instance.agentUpdateStatus = status
        }
        return world
    }

    private func status(_ world: ControlWorld) -> ECS.AgentUpdateStatus? {
        world.snapshot.get(instance)?.agentUpdateStatus
    }

    private func orders(_ actions: [AgentSession.Action]) -> [String?] {
        actions.compactMap { action in
            if case .send(.performUpdate(let message)) = action { message.messageId } else { nil }
        }
    }

    private func session() -> AgentSession {
        AgentSession(instance, random: SeededRandom(seed: 1), at: ControlWorld.start)
    }

    @Test("an order that waits goes out when the agent connects, and one that comes goes out at once, both once")
    func sends() {
        var early = session()
        #expect(orders(early.handle(.opened, world(nil).snapshot, at: ControlWorld.start)).isEmpty)
        #expect(orders(early.handle(.changed([]), world(.pending).snapshot, at: ControlWorld.start)).count == 1)
        #expect(orders(early.handle(.changed([]), world(.pending).snapshot, at: ControlWorld.start)).isEmpty)
        var late = session()
        #expect(orders(late.handle(.opened, world(.pending).snapshot, at: ControlWorld.start)).count == 1)
        var busy = session()
        #expect(orders(busy.handle(.opened, world(.updating).snapshot, at: ControlWorld.start)).isEmpty)
    }

    @Test("the agent's answer says whether the update has begun", arguments: [true, false])
    func answers(isAccepted: Bool) throws {
        var world = world(.pending)
        var session = session()
        let id = try #require(orders(session.handle(.opened, world.snapshot, at: world.now)).first)
        let answer: ACSMessage =
            isAccepted ? .ack(ACS.AckRequest(messageId: id)) : .nack(ACS.NackRequest(messageId: id))
        let actions = session.handle(.received(answer), world.snapshot, at: world.now)
        guard case .noteUpdate(isAccepted)? = actions.first else { return #expect(Bool(false), "\(actions)") }
        world.transaction.noteUpdate(of: instance, isAccepted: isAccepted)
        #expect(status(world) == (isAccepted ? .updating : .failed))
        world.transaction.noteUpdate(of: instance, isAccepted: !isAccepted)
        #expect(status(world) == (isAccepted ? .updating : .failed), "only an order that waits has an answer")
    }

    @Test(
        "an agent that comes back with another version is UPDATED, with the same one it FAILED",
        arguments: [("1.105.1", ECS.AgentUpdateStatus.updated), ("1.80.0", .failed)])
    func returns(version: String, becomes: ECS.AgentUpdateStatus) {
        var world = world(.updating)
        let versions = AgentVersions(version: version, hash: nil, docker: nil)
        let isWelcome = world.transaction.connect(instance, session: "s", versions, at: world.now)
        #expect(isWelcome)
        #expect(status(world) == becomes)
        #expect(world.snapshot.get(instance)?.agentVersion == version)
    }

    @Test("the hub tells the session of an order, and of nothing else that happens to its instance")
    func hub() {
        final class Listener: AssignmentListener, @unchecked Sendable {  // Safe because one thread uses it.
            var calls = 0
            func changed(_ tasks: [Key<TaskRecord>], _ snapshot: Snapshot) { calls += 1 }
            func superseded() {}
        }
        let (hub, listener) = (SessionHub(), Listener())
        hub.attach(listener, to: instance)
        var world = world(nil)
        func publish(_ body: (inout ContainerInstanceRecord) -> Void) {
            let count = world.transaction.changes.count
            world.transaction.update(instance, body)
            hub.publish(Array(world.transaction.changes[count...]), world.snapshot)
        }
        publish { $0.version += 1 }
        #expect(listener.calls == 0)
        publish { $0.agentUpdateStatus = .pending }
        #expect(listener.calls == 1)
        publish { $0.version += 1 }
        publish { $0.agentUpdateStatus = .updating }
        #expect(listener.calls == 1)
    }
}
