import State
import Testing

@testable import Control

/// What the service controller makes of a service on Fargate while there is no Fargate.
@Suite("Services on Fargate") struct FargateTests {
    private var world: ControlWorld {
        var world = ControlWorld()
        world.addService("web", desired: 2)
        world.transaction.update(ServiceRecord.key("default", "web")) { $0.deployments[0].launchType = .fargate }
        return world
    }

    @Test("no task is started on an instance, and the service says why, once")
    func waits() {
        var world = world
        let first = world.decide(ServiceController(), "default/web")
        #expect(first == world.decide(ServiceController(), "default/web"))
        #expect(first.wakeAt == nil)
        world.transaction.apply(first)
        #expect(world.snapshot.list(TaskRecord.self).isEmpty)
        let events = world.snapshot.get(ServiceRecord.key("default", "web"))?.events ?? []
        #expect(events.count == 1)
        #expect(events.first?.message?.contains("Capacity is unavailable at this time.") == true)
        #expect(world.decide(ServiceController(), "default/web", seed: 8).changes.isEmpty)
    }

    @Test("it becomes inactive when it is deleted")
    func ends() {
        var world = world
        world.transaction.apply(world.decide(ServiceController(), "default/web"))
        world.transaction.update(ServiceRecord.key("default", "web")) { $0.status = .draining }
        world.transaction.apply(world.decide(ServiceController(), "default/web"))
        #expect(world.snapshot.get(ServiceRecord.key("default", "web"))?.status == .inactive)
    }
}
