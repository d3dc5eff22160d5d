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

    /// Tasks of every kind on a few instances; `seed` says which.
    private func mixture(_ seed: UInt64, _ placement: ECS.PlacementStrategyType?) -> [TaskView] {
        var random = SeededRandom(seed: seed)
        let count = Int.random(in: 0...40, using: &random)
        let instances = Int.random(in: 1...12, using: &random)
        let kinds = Int.random(in: 1...4, using: &random)
        return (0..<count).map { _ in
            let instance = Int.random(in: 0..<instances, using: &random)
            var task = TaskView(
                id: random.hex(8), deployment: "d",
                lastStatus: Int.random(in: 0..<8, using: &random) == 0 ? .pending : .running,
                health: [nil, nil, .healthy, .unhealthy][Int.random(in: 0..<kinds, using: &random)],
                instanceID: "i\(instance)", availabilityZone: "z\(instance % 3)",
                capacityProvider: [nil, "p", "q", "r"][Int.random(in: 0..<kinds, using: &random)])
            if seed % 3 == 0 { task.spreadValue = "s\(Int.random(in: 0..<3, using: &random))" }
            if placement == .binpack {
                task.packing = TaskPacking(
                    left: instance * 100 % 700, share: Int.random(in: 1...3, using: &random) * 100)
            }
            return task
        }
    }

    @Test("the queues choose what looking at every task each time chooses", arguments: UInt64(0)..<48)
    func sameAsTheRule(seed: UInt64) {
        let placement: ECS.PlacementStrategyType? = [nil, .spread, .binpack, .random][Int(seed % 4)]
        let tasks = mixture(seed, placement)
        let strategy = [
            ECS.CapacityProviderStrategyItem(capacityProvider: "p", weight: 2, base: 3),
            ECS.CapacityProviderStrategyItem(capacityProvider: "q", weight: 1),
        ]
        let strategies = placement.map { [ECS.PlacementStrategy(type: $0)] } ?? []
        for count in [0, 1, tasks.count / 2, tasks.count + 1] {
            let chosen = chooseVictims(count, among: tasks, strategy, strategies, noon)
            #expect(chosen.map(\.id) == ScaleInRule(placement, strategy).victims(count, among: tasks).map(\.id))
        }
    }

    @Test("a service of many tasks is scaled in within a moment", .timeLimit(.minutes(1)))
    func large() {
        let tasks = (0..<5_000).map { number in
            TaskView(
                id: "\(number)", deployment: "d", lastStatus: .running, instanceID: "i\(number % 1_500)",
                availabilityZone: "z\(number % 3)")
        }
        #expect(chooseVictims(5_000, among: tasks, [], [], noon).count == 5_000)
    }
}

/// The rule of scaling in as it is said: the first of all tasks that are left, again and again.
private struct ScaleInRule {
    private let placement: ECS.PlacementStrategyType?
    private let strategy: [ECS.CapacityProviderStrategyItem]

    init(_ placement: ECS.PlacementStrategyType?, _ strategy: [ECS.CapacityProviderStrategyItem]) {
        self.placement = placement
        self.strategy = strategy
    }

    func victims(_ count: Int, among tasks: [TaskView]) -> [TaskView] {
        var left = tasks
        var victims: [TaskView] = []
        while victims.count < count, let victim = first(of: left, after: victims) {
            victims.append(victim)
            left.removeAll { $0.id == victim.id }
        }
        return victims
    }

    private func first(of tasks: [TaskView], after victims: [TaskView]) -> TaskView? {
        let byProvider = Dictionary(tasks.map { ($0.capacityProvider ?? "", 1) }, uniquingKeysWith: +)
        let providers = CapacityShares(strategy, counts: byProvider).shrinkOrder
        let ranks = tasks.map { task in
            [
                task.lastStatus < .running ? 0 : 1, task.health == .unhealthy ? 0 : 1,
                providers.firstIndex(of: task.capacityProvider ?? "") ?? 0,
            ] + placementRank(of: task, among: tasks, after: victims)
        }
        return zip(ranks, tasks).min { a, b in
            a.0 == b.0 ? a.1.id < b.1.id : a.0.lexicographicallyPrecedes(b.0)
        }?.1
    }

    private func placementRank(of task: TaskView, among tasks: [TaskView], after victims: [TaskView]) -> [Int] {
        switch placement {
        case .spread?, nil:
            [
                -tasks.count { $0.spreadGroup == task.spreadGroup },
                -tasks.count { $0.instanceID == task.instanceID },
            ]
        case .binpack?:
            victims.reduce([-(task.packing?.left ?? 0) - (task.packing?.share ?? 0)]) { sum, victim in
                [sum[0] - (victim.instanceID == task.instanceID ? victim.packing?.share ?? 0 : 0)]
            }
        case .random?: []
        }
    }
}
