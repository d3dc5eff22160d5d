import AWSModels
import AWSWire
import Scheduling
import State
import Testing

@testable import Control

/// Tasks that wait for their capacity provider: they start when an instance comes, or fail in the end.
@Suite("Waiting for capacity") struct ProvisioningTests {
    private let controller = ProvisioningController()

    /// A region in which `count` tasks wait for the provider `spot`, and no instance is of it.
    private func world(waiting count: Int, isScaled: Bool = true) -> ControlWorld {
        var world = ControlWorld()
        world.addProvider("spot", isScaled: isScaled)
        for number in 0..<count {
            let createdAt = world.now.advanced(by: .seconds(Int64(number)))
            world.addTask("task\(number)") { task in
                task.instanceID = nil
                task.lastStatus = .provisioning
                task.capacityProviderName = "spot"
                task.createdAt = createdAt
            }
        }
        return world
    }

    private func join(_ world: inout ControlWorld, _ instance: String = "instance0", memory: Int = 256) {
        world.transaction.update(ContainerInstanceRecord.key("default", instance)) { instance in
            instance.capacityProviderName = "spot"
            instance.memoryMiB = memory
        }
    }

    private func tasks(_ world: ControlWorld) -> [TaskRecord] { world.snapshot.list(TaskRecord.self) }

    @Test("without an instance of the provider they wait, and the controller sleeps until the first gives up")
    func waits() {
        let plan = world(waiting: 2).decide(controller, "default")
        #expect(plan == Plan(wakeAt: ControlWorld.start.advanced(by: Provisioning.patience)))
    }

    @Test("an instance of the provider takes as many as it has room for, the oldest first")
    func starts() {
        var world = world(waiting: 3)
        join(&world, memory: 64)
        world.transaction.apply(world.decide(controller, "default"))
        #expect(tasks(world).map(\.lastStatus) == [.pending, .pending, .provisioning])
        #expect(tasks(world).map(\.instanceID) == ["instance0", "instance0", nil])
        #expect(tasks(world)[0].availabilityZone == "us-east-1a")
        let again = world.decide(controller, "default", seed: 8)
        #expect(again.changes.isEmpty)
        #expect(again.wakeAt == ControlWorld.start.advanced(by: Provisioning.patience + .seconds(2)))
    }

    @Test("deciding twice gives equal plans")
    func isRepeatable() {
        var world = world(waiting: 3)
        join(&world)
        #expect(world.decide(controller, "default") == world.decide(controller, "default"))
    }

    @Test(
        "what waited too long has failed to start, and says why",
        arguments: [
            ("nobody", "TaskFailedToStart: EMPTY CAPACITY PROVIDER"),
            ("draining", "TaskFailedToStart: NO ACTIVE INSTANCES"),
            ("full", "TaskFailedToStart: RESOURCE:MEMORY"),
            ("away", "TaskFailedToStart: AGENT"),
        ])
    func givesUp(situation: String, reason: String) {
        var world = world(waiting: 1)
        if situation != "nobody" { join(&world, memory: situation == "full" ? 16 : 256) }
        world.transaction.update(ContainerInstanceRecord.key("default", "instance0")) { instance in
            if situation == "draining" { instance.status = .draining }
            if situation == "away" { instance.agentConnected = false }
        }
        world.now = ControlWorld.start.advanced(by: Provisioning.patience)
        world.transaction.apply(world.decide(controller, "default"))
        let task = tasks(world)[0]
        #expect((task.lastStatus, task.desiredStatus) == (.stopped, .stopped))
        #expect((task.stopCode, task.stoppedReason) == (.taskFailedToStart, reason))
        #expect(task.stoppedAt == world.now)
        #expect(world.decide(controller, "default") == Plan())
    }

    @Test("a change names the cluster only when tasks wait there and may find room")
    func subjects() {
        var waiting = world(waiting: 1)
        var empty = world(waiting: 0)
        func subjects(_ world: inout ControlWorld, _ body: (inout Transaction) -> Void) -> [String] {
            let before = world.transaction.changes.count
            body(&world.transaction)
            let changes = world.transaction.changes[before...]
            return changes.flatMap { controller.subjects(of: $0, in: world.snapshot) }
        }
        let instance = ContainerInstanceRecord.key("default", "instance0")
        #expect(subjects(&waiting) { $0.update(instance) { $0.agentConnected = false } } == ["default"])
        #expect(subjects(&waiting) { $0.update(instance) { $0.version += 1 } } == [])
        #expect(subjects(&waiting) { $0.update(TaskRecord.key("default", "task0")) { $0.version += 1 } } == ["default"])
        #expect(subjects(&empty) { $0.update(instance) { $0.agentConnected = false } } == [])
        empty.addTask("done")
        #expect(subjects(&empty) { $0.update(TaskRecord.key("default", "done")) { $0.lastStatus = .stopped } } == [])
        waiting.addTask("done")
        #expect(
            subjects(&waiting) { $0.update(TaskRecord.key("default", "done")) { $0.lastStatus = .stopped } }
                == ["default"])
        #expect(controller.allSubjects(in: waiting.snapshot) == ["default"])
        #expect(controller.allSubjects(in: empty.snapshot) == [])
    }

    // MARK: Services

    private func service(_ world: ControlWorld) -> ServiceRecord? {
        world.snapshot.get(ServiceRecord.key("default", "web"))
    }

    @Test("a service's tasks wait with their provider, and count as pending ones")
    func serviceWaits() {
        var world = world(waiting: 0)
        world.addService("web", desired: 2)
        world.useProvider("spot", for: "web")
        world.transaction.apply(world.decide(ServiceController(), "default/web"))
        #expect(tasks(world).map(\.awaitsCapacity) == [true, true])
        #expect(tasks(world).map(\.capacityProviderName) == ["spot", "spot"])
        #expect(world.decide(ServiceController(), "default/web").changes.isEmpty)
        join(&world)
        world.transaction.apply(world.decide(controller, "default"))
        #expect(tasks(world).map(\.lastStatus) == [.pending, .pending])
        #expect(world.decide(ServiceController(), "default/web").changes.isEmpty)
    }

    @Test("without managed scaling a service says that its provider is empty, and starts nothing")
    func serviceFails() {
        var world = world(waiting: 0, isScaled: false)
        world.addService("web", desired: 2)
        world.useProvider("spot", for: "web")
        let plan = world.decide(ServiceController(), "default/web")
        #expect(plan.wakeAt != nil)
        world.transaction.apply(plan)
        #expect(tasks(world).isEmpty)
        #expect(service(world)?.events.first?.message?.contains("found in your capacity provider") ?? false)
        #expect(world.decide(ServiceController(), "default/web").changes.isEmpty)
        join(&world)
        world.transaction.apply(world.decide(ServiceController(), "default/web"))
        #expect(tasks(world).map(\.instanceID) == ["instance0", "instance0"])
    }

    @Test("scaling in takes the tasks that wait away at once, and the service is steady", arguments: [1, 0])
    func scalesIn(count: Int) {
        var world = world(waiting: 0)
        world.addService("web", desired: 3)
        world.useProvider("spot", for: "web")
        join(&world, memory: 32)
        for controller in [ServiceController() as any Controller, self.controller] {
            let subject = controller is ServiceController ? "default/web" : "default"
            world.transaction.apply(world.decide(controller, subject))
        }
        let startedAt = world.now.advanced(by: .seconds(-60))
        for task in tasks(world) where task.instanceID != nil {
            world.transaction.update(task.key) { task in
                task.lastStatus = .running
                task.startedAt = startedAt
            }
        }
        world.transaction.update(ServiceRecord.key("default", "web")) { $0.desiredCount = count }
        world.transaction.apply(world.decide(ServiceController(), "default/web"))
        #expect(tasks(world).count { $0.lastStatus == .stopped } == 2)
        #expect(tasks(world).count { $0.desiredStatus == .running } == count)
        #expect(world.decide(ServiceController(), "default/web").changes.isEmpty)
    }

    @Test("a deleted service is INACTIVE at once when all its tasks wait")
    func deleted() {
        var world = world(waiting: 0)
        world.addService("web", desired: 2)
        world.useProvider("spot", for: "web")
        world.transaction.apply(world.decide(ServiceController(), "default/web"))
        world.transaction.update(ServiceRecord.key("default", "web")) { $0.status = .draining }
        world.transaction.apply(world.decide(ServiceController(), "default/web"))
        #expect(service(world)?.status == .inactive)
        #expect(world.decide(ServiceController(), "default/web") == Plan())
    }

    @Test("a daemon with a strategy runs on the instances of its providers")
    func daemon() {
        var world = world(waiting: 0)
        world.addService("web", desired: 0, strategy: .daemon)
        world.useProvider("spot", for: "web")
        join(&world, "instance1")
        world.transaction.apply(world.decide(ServiceController(), "default/web"))
        #expect(tasks(world).map(\.instanceID) == ["instance1"])
        #expect(tasks(world).map(\.capacityProviderName) == ["spot"])
    }
}
