import AWSModels
import AWSWire
import State
import Testing

@testable import Control

/// The two laws of every controller: the same snapshot gives the same plan, and a plan leaves nothing to decide.
@Suite("Controllers") struct ControllerLawTests {
    /// States in which the service controller has something to do, or nothing.
    enum Situation: String, CaseIterable, Sendable {
        case new, running, surplus, protected, stuck, full, draining, deleted, daemon, noInstances, unbalanced

        var world: ControlWorld {
            var world = ControlWorld(instances: self == .noInstances ? 0 : 2)
            switch self {
            case .new: world.addService("web", desired: 3)
            case .full: world.addService("web", desired: 30)
            case .noInstances: world.addService("web", desired: 2)
            case .unbalanced: world.addUnbalancedService()
            case .daemon: world.addService("web", desired: 0, strategy: .daemon)
            case .running, .surplus, .protected, .stuck, .draining, .deleted:
                world.addService("web", desired: 2)
                world.transaction.apply(world.decide(ServiceController(), "default/web"))
                world.letTasksRun()
                if self == .stuck { world.makeStuck("web") }
                if self == .protected {
                    for task in world.snapshot.list(TaskRecord.self) {
                        world.transaction.update(task.key) { $0.protectedUntil = ControlWorld.start }
                    }
                }
                if self == .surplus || self == .protected {
                    world.transaction.update(ServiceRecord.key("default", "web")) { $0.desiredCount = 1 }
                }
                if self == .deleted {
                    world.transaction.update(ServiceRecord.key("default", "web")) { $0.status = .draining }
                }
                if self == .draining {
                    world.transaction.update(ContainerInstanceRecord.key("default", "instance0")) {
                        $0.status = .draining
                    }
                }
            }
            return world
        }
    }

    @Test("deciding twice gives equal plans", arguments: Situation.allCases)
    func isRepeatable(situation: Situation) {
        let world = situation.world
        #expect(world.decide(ServiceController(), "default/web") == world.decide(ServiceController(), "default/web"))
    }

    @Test("deciding on its own result gives an empty plan", arguments: Situation.allCases)
    func settles(situation: Situation) {
        var world = situation.world
        let first = world.decide(ServiceController(), "default/web")
        if situation != .running { #expect(!first.changes.isEmpty) }
        world.transaction.apply(first)
        #expect(world.decide(ServiceController(), "default/web", seed: 8).changes.isEmpty)
    }

    @Test("what is started is placed once, within what the instances have")
    func places() {
        var world = Situation.full.world
        world.transaction.apply(world.decide(ServiceController(), "default/web"))
        // Two instances of 256 MiB hold sixteen tasks of 32 MiB.
        #expect(world.snapshot.list(TaskRecord.self).count == 16)
        for instance in world.snapshot.list(ContainerInstanceRecord.self) {
            #expect(world.snapshot.usage(of: instance.key).memoryMiB == 256)
        }
        let service = world.snapshot.get(ServiceRecord.key("default", "web"))
        let messages = (service?.events ?? []).compactMap(\.message)
        #expect(messages.contains { $0.contains("has insufficient memory available") })
    }

    @Test("each task gets the volumes that its deployment configures, and they go with it")
    func volumes() {
        var world = ControlWorld()
        world.addService("web", desired: 1)
        world.transaction.update(ServiceRecord.key("default", "web")) { service in
            service.deployments[0].volumeConfigurations = [
                ECS.ServiceVolumeConfiguration(
                    name: "data",
                    managedEBSVolume: ECS.ServiceManagedEBSVolumeConfiguration(sizeInGiB: 10, roleArn: "role"))
            ]
        }
        world.transaction.apply(world.decide(ServiceController(), "default/web"))
        let volumes = world.snapshot.list(TaskRecord.self).first?.volumeConfigurations ?? []
        #expect(volumes.map(\.name) == ["data"])
        #expect(volumes.first?.managedEBSVolume?.sizeInGiB == 10)
        #expect(volumes.first?.managedEBSVolume?.roleArn == "role")
        #expect(volumes.first?.managedEBSVolume?.terminationPolicy?.deleteOnTermination == true)
    }

    @Test("a roll-out is complete forty seconds after its tasks run")
    func completes() {
        var world = Situation.running.world
        let early = world.decide(ServiceController(), "default/web")
        #expect(early.changes.isEmpty)
        #expect(early.wakeAt == ControlWorld.start.advanced(by: .seconds(40)))
        world.now = ControlWorld.start.advanced(by: .seconds(40))
        world.transaction.apply(world.decide(ServiceController(), "default/web"))
        let service = world.snapshot.get(ServiceRecord.key("default", "web"))
        #expect(service?.primary?.rolloutState == .completed)
        #expect(world.decide(ServiceController(), "default/web").changes.isEmpty)
    }

    @Test("a change names the services that it may concern")
    func subjects() {
        var world = ControlWorld()
        world.addService("web", desired: 1)
        world.addTask("a") { $0.service = "web" }
        world.addTask("b")
        let instance = ContainerInstanceRecord.key("default", "instance0")
        world.transaction.update(instance) { $0.agentConnected = false }
        world.transaction.update(instance) { $0.version += 1 }
        let named = world.transaction.changes.map { ServiceController().subjects(of: $0, in: world.snapshot) }
        #expect(named.suffix(5) == [["default/web"], ["default/web"], [], ["default/web"], []])
    }
}
