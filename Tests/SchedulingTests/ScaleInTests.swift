import AWSModels
import AWSWire
import State
import Testing

@testable import Scheduling

/// Which tasks go when a service is scaled in, by its first placement strategy.
/// Source: Amazon ECS Developer Guide, Use strategies to define Amazon ECS task placement.
@Suite("Scaling in") struct ScaleInTests {
    /// Instances and running tasks `1`, `2` and so on of a service, each on the named instance.
    private func world(
        _ instances: [ContainerInstanceRecord], _ places: [String], _ strategy: ECS.PlacementStrategy?,
        memory: [Int] = []
    ) -> PlacementWorld {
        var world = PlacementWorld(instances)
        var service = ServiceRecord()
        (service.cluster, service.name, service.desiredCount) = ("default", "web", places.count)
        service.settings.placementStrategy = strategy.map { [$0] } ?? []
        var deployment = DeploymentState()
        (deployment.id, deployment.status, deployment.rolloutState) = ("d", .primary, .completed)
        service.deployments = [deployment]
        world.transaction.put(service)
        for (index, place) in places.enumerated() {
            var task = TaskRecord()
            (task.cluster, task.id, task.service, task.deployment) = ("default", "\(index + 1)", "web", "d")
            (task.instanceID, task.lastStatus) = (place, .running)
            task.availabilityZone =
                world.transaction.get(ContainerInstanceRecord.key("default", place))?.availabilityZone
            task.startedAt = noon.advanced(by: .seconds(-60))
            task.memoryMiB = memory.isEmpty ? 100 : memory[index]
            task.cpuUnits = 10
            world.transaction.put(task)
        }
        return world
    }

    /// The ids of the tasks that go, in order, when the service wants so many less.
    private func stops(_ count: Int, _ world: PlacementWorld) -> [String] {
        var world = world
        world.transaction.update(ServiceRecord.key("default", "web")) { $0.desiredCount -= count }
        guard let view = ServiceView(ServiceRecord.key("default", "web"), in: world.transaction.snapshot) else {
            return []
        }
        return reconcile(view, &world.context).stop.map(\.id)
    }

    private let zones: [ContainerInstanceRecord] = [
        .sample("a1", zone: "us-east-1a", attributes: ["rack": "1"]),
        .sample("a2", zone: "us-east-1a", attributes: ["rack": "2"]),
        .sample("b1", zone: "us-east-1b", attributes: ["rack": "2"]),
    ]

    @Test("without a strategy the fullest zone gives first, and within it the fullest instance")
    func byDefault() {
        #expect(stops(3, world(zones, ["b1", "a1", "a2", "a2", "b1"], nil)) == ["3", "1", "2"])
    }

    @Test("spreading by another attribute counts by that")
    func spreadByAttribute() {
        let racks = ECS.PlacementStrategy(type: .spread, field: "attribute:rack")
        #expect(stops(2, world(zones, ["a1", "a2", "b1", "a1", "b1"], racks)) == ["3", "1"])
        let hosts = ECS.PlacementStrategy(type: .spread, field: "instanceId")
        #expect(stops(2, world(zones, ["a1", "a2", "b1", "b1", "b1"], hosts)) == ["3", "4"])
    }

    @Test("packing empties the instance that has the most left afterwards, and goes on with it")
    func packed() {
        let instances: [ContainerInstanceRecord] = [.sample("full", memory: 400), .sample("loose", memory: 1_000)]
        let places = ["full", "full", "loose", "loose", "full"]
        let memory = ECS.PlacementStrategy(type: .binpack, field: "MEMORY")
        #expect(stops(3, world(instances, places, memory)) == ["3", "4", "1"])
        // The larger task leaves more.
        #expect(stops(1, world(instances, places, memory, memory: [100, 100, 50, 200, 100])) == ["4"])
        let cpu = ECS.PlacementStrategy(type: .binpack, field: "CPU")
        #expect(stops(1, world([.sample("x", cpu: 100), .sample("y", cpu: 900)], ["x", "y"], cpu)) == ["2"])
    }

    @Test("at random any task goes, whatever its zone")
    func random() {
        let random = ECS.PlacementStrategy(type: .random)
        #expect(stops(2, world(zones, ["b1", "a1", "a1", "a1"], random)) == ["1", "2"])
    }
}
