import AWSModels
import AWSWire
import Scheduling
import State
import Testing

@testable import Control

/// The protection of tasks ends by itself, and then the service goes on.
@Suite("Task protection") struct ProtectionTests {
    private let controller = ProtectionController()

    private func minutes(_ count: Int64) -> Timestamp { ControlWorld.start.advanced(by: .seconds(60 * count)) }

    private func protection(_ world: ControlWorld) -> [Timestamp?] {
        world.snapshot.list(TaskRecord.self).map(\.protectedUntil)
    }

    @Test("the controller sleeps until the first protection ends, and clears what has ended")
    func ends() {
        var world = ControlWorld()
        world.addTask("a") { $0.protectedUntil = minutes(2) }
        world.addTask("b") { $0.protectedUntil = minutes(1) }
        world.addTask("c")
        #expect(world.decide(controller, "tasks") == Plan(wakeAt: minutes(1)))
        world.now = minutes(1)
        #expect(world.decide(controller, "tasks") == world.decide(controller, "tasks"))
        world.transaction.apply(world.decide(controller, "tasks"))
        #expect(protection(world) == [minutes(2), nil, nil])
        #expect(world.decide(controller, "tasks") == Plan(wakeAt: minutes(2)))
        world.now = minutes(2)
        world.transaction.apply(world.decide(controller, "tasks"))
        #expect(world.decide(controller, "tasks") == Plan())
    }

    @Test("only a protection that begins wakes the controller")
    func subjects() {
        var world = ControlWorld()
        world.addTask("a")
        let key = TaskRecord.key("default", "a")
        world.transaction.update(key) { $0.protectedUntil = minutes(1) }
        world.transaction.update(key) { $0.version += 1 }
        world.transaction.update(key) { $0.protectedUntil = nil }
        let named = world.transaction.changes.suffix(4).map { controller.subjects(of: $0, in: world.snapshot) }
        #expect(named == [[], ["tasks"], [], []])
    }

    @Test("a service that protected tasks keep from scaling in says so once, and goes on when they may go")
    func service() {
        var world = ControllerLawTests.Situation.protected.world
        func decide() { world.transaction.apply(world.decide(ServiceController(), "default/web")) }
        decide()
        decide()
        let service = world.snapshot.get(ServiceRecord.key("default", "web"))
        let said = (service?.events ?? []).filter { $0.message?.contains("was unable to scale in") ?? false }
        #expect(said.count == 1)
        #expect(said.first?.message?.hasPrefix("(service web) was unable to reach steady state") ?? false)
        world.transaction.apply(world.decide(controller, "tasks"))
        decide()
        #expect(world.snapshot.list(TaskRecord.self).count { $0.desiredStatus == .running } == 1)
    }

    @Test("a task that is told to stop is protected no longer")
    func stops() {
        var world = ControlWorld()
        world.addTask("a") { $0.protectedUntil = minutes(1) }
        world.transaction.update(TaskRecord.key("default", "a")) {
            $0.requestStop(.userInitiated, "enough", at: ControlWorld.start)
        }
        #expect(protection(world) == [nil])
    }
}
