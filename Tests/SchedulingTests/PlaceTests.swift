import AWSModels
import State
import Testing

@testable import Scheduling

@Suite("Placing a task") struct PlaceTests {
    @Test("by default spreads over zones, then over instances")
    func spreadsByDefault() {
        var world = PlacementWorld([
            .sample("a1", zone: "us-east-1a"), .sample("a2", zone: "us-east-1a"), .sample("b1", zone: "us-east-1b"),
        ])
        let placed = (0..<4).map { _ in world.place() }
        #expect(placed == ["a1", "b1", "a2", "b1"])
    }

    @Test("a task that must be in a zone is refused elsewhere")
    func zone() {
        let world = PlacementWorld([.sample("a1", zone: "us-east-1a"), .sample("b1", zone: "us-east-1b", cpu: 0)])
        let snapshot = world.transaction.snapshot
        var request = TaskRequest(cluster: "default", definition: TaskDefinitionRecord.sample(cpu: 1), group: "g")
        var context = world.context
        for zone in ["us-east-1b", "us-east-1c"] {
            request.zone = zone
            guard case .failed(let refused) = place(request, in: snapshot, &context) else {
                Issue.record("placed in \(zone)")
                continue
            }
            // Resources are asked for first.
            #expect(refused.map(\.failure.reason) == ["LOCATION", "RESOURCE:CPU"])
        }
        request.zone = "us-east-1a"
        guard case .placed(let instance) = place(request, in: snapshot, &context) else {
            Issue.record("not placed")
            return
        }
        #expect(instance.id == "a1")
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var instance: ContainerInstanceRecord
        var definition: TaskDefinitionRecord
        var reason: String
        var testDescription: String { name }
    }

    @Test(
        "says why an instance is refused",
        arguments: [
            Row(name: "agent", instance: .sample("a", isConnected: false), definition: .sample(), reason: "AGENT"),
            Row(
                name: "cpu", instance: .sample("a", cpu: 100), definition: .sample(cpu: 101),
                reason: "RESOURCE:CPU"),
            Row(
                name: "memory", instance: .sample("a", memory: 255), definition: .sample(memory: 256),
                reason: "RESOURCE:MEMORY"),
            Row(
                name: "ports", instance: .sample("a", ports: [80]), definition: .sample(hostPort: 80),
                reason: "RESOURCE:PORTS"),
            Row(
                name: "udp ports", instance: .sample("a", udpPorts: [53]),
                definition: .sample(hostPort: 53, protocol: .udp), reason: "RESOURCE:PORTS_UDP"),
            Row(
                name: "the same port of the other protocol", instance: .sample("a", udpPorts: [53]),
                definition: .sample(hostPort: 53), reason: "a"),
            Row(
                name: "gpus", instance: .sample("a", gpus: ["g1"]), definition: .sample(gpus: 2),
                reason: "RESOURCE:GPU"),
            Row(
                name: "gpus enough", instance: .sample("a", gpus: ["g1", "g2"]), definition: .sample(gpus: 2),
                reason: "a"),
            Row(
                name: "interfaces", instance: .sample("a", attributes: ["ecs.task-interfaces": "0"]),
                definition: .sample(network: .awsvpc), reason: "RESOURCE:ENI"),
            Row(
                name: "interfaces only for awsvpc", instance: .sample("a", attributes: ["ecs.task-interfaces": "0"]),
                definition: .sample(), reason: "a"),
            Row(name: "no cpu is always there", instance: .sample("a", cpu: 0), definition: .sample(), reason: "a"),
            Row(
                name: "attribute", instance: .sample("a"), definition: .sample(requires: [ECS.Attribute(name: "gpu")]),
                reason: "ATTRIBUTE"),
            Row(
                name: "an attribute's value", instance: .sample("a", attributes: ["driver": "local"]),
                definition: .sample(requires: [ECS.Attribute(name: "driver", value: "nfs")]), reason: "ATTRIBUTE"),
            Row(
                name: "an attribute with any value", instance: .sample("a", attributes: ["driver": "local"]),
                definition: .sample(requires: [ECS.Attribute(name: "driver")]), reason: "a"),
            Row(
                name: "the first check that fails", instance: .sample("a", cpu: 1, memory: 1, isConnected: false),
                definition: .sample(cpu: 9), reason: "AGENT"),
            Row(
                name: "cpu before memory", instance: .sample("a", cpu: 1, memory: 1), definition: .sample(cpu: 9),
                reason: "RESOURCE:CPU"),
            Row(name: "draining", instance: .sample("a", status: .draining), definition: .sample(), reason: ""),
        ])
    func refuses(row: Row) {
        var world = PlacementWorld([row.instance])
        #expect(world.place(row.definition) == row.reason)
    }

    /// Source: Amazon ECS API Reference, RuntimePlatform.
    @Test(
        "a platform is found or not",
        arguments: [
            (nil, nil, "a"), (ECS.CPUArchitecture.x8664, nil, "a"), (.arm64, nil, "ATTRIBUTE"), (nil, .linux, "a"),
            (.x8664, .linux, "a"), (nil, .windowsServer2022Core, "ATTRIBUTE"), (.arm64, .linux, "ATTRIBUTE"),
        ] as [(ECS.CPUArchitecture?, ECS.OSFamily?, String)])
    func platforms(architecture: ECS.CPUArchitecture?, family: ECS.OSFamily?, expected: String) {
        let attributes = ["ecs.cpu-architecture": "x86_64", "ecs.os-family": "LINUX"]
        var world = PlacementWorld([.sample("a", attributes: attributes)])
        var definition = TaskDefinitionRecord.sample()
        if architecture != nil || family != nil {
            definition.definition.runtimePlatform = ECS.RuntimePlatform(
                cpuArchitecture: architecture, operatingSystemFamily: family)
        }
        #expect(world.place(definition) == expected)
    }

    @Test("fills an instance to the last unit and not further")
    func fillsExactly() {
        var world = PlacementWorld([.sample("a", memory: 512)])
        #expect((0..<3).map { _ in world.place(.sample(memory: 256)) } == ["a", "a", "RESOURCE:MEMORY"])
    }

    @Test("a static port is taken once per instance; a dynamic one never")
    func ports() {
        var world = PlacementWorld([.sample("a"), .sample("b")])
        let fixed = (0..<3).map { _ in world.place(.sample(memory: 1, hostPort: 8_080)) }
        #expect(Set(fixed.prefix(2)) == ["a", "b"])
        #expect(fixed[2] == "RESOURCE:PORTS RESOURCE:PORTS")
        #expect(world.place(.sample(memory: 1, hostPort: 0)) != "RESOURCE:PORTS RESOURCE:PORTS")
    }

    @Test("binpack prefers the instance with the least memory left")
    func binpacks() {
        var world = PlacementWorld([.sample("a", memory: 900), .sample("b", memory: 300), .sample("c", memory: 700)])
        let binpack = [ECS.PlacementStrategy(type: .binpack, field: "memory")]
        #expect(world.place(.sample(memory: 256), strategies: binpack) == "b")
        #expect(world.place(.sample(memory: 256), strategies: binpack) == "c")
    }

    @Test("binpack by cpu looks at cpu")
    func binpacksCPU() {
        var world = PlacementWorld([.sample("a", cpu: 512, memory: 900), .sample("b", cpu: 900, memory: 300)])
        let binpack = [ECS.PlacementStrategy(type: .binpack, field: "CPU")]
        #expect((0..<3).map { _ in world.place(.sample(memory: 1, cpu: 256), strategies: binpack) } == ["a", "a", "b"])
    }

    @Test("each strategy chooses among what the one before left")
    func chains() {
        var world = PlacementWorld([
            .sample("a1", zone: "us-east-1a", memory: 900), .sample("a2", zone: "us-east-1a", memory: 300),
            .sample("b1", zone: "us-east-1b", memory: 700), .sample("b2", zone: "us-east-1b", memory: 800),
        ])
        let strategies = [
            ECS.PlacementStrategy(type: .spread, field: "attribute:ecs.availability-zone"),
            ECS.PlacementStrategy(type: .binpack, field: "memory"),
        ]
        #expect(
            (0..<4).map { _ in world.place(.sample(memory: 250), strategies: strategies) } == ["a2", "b1", "b1", "a1"])
    }

    @Test("spread counts the tasks of the group, and takes instances without the attribute for one group")
    func spreads() {
        var world = PlacementWorld([
            .sample("a", attributes: ["rack": "1"]), .sample("b", attributes: ["rack": "2"]), .sample("c"),
        ])
        let spread = [ECS.PlacementStrategy(type: .spread, field: "attribute:rack")]
        let small = TaskDefinitionRecord.sample(memory: 1)
        #expect(Set((0..<3).map { _ in world.place(small, group: "g", strategies: spread) }) == ["a", "b", "c"])
        #expect(Set((0..<3).map { _ in world.place(small, group: "h", strategies: spread) }) == ["a", "b", "c"])
        let onHosts = [ECS.PlacementStrategy(type: .spread, field: "instanceId")]
        #expect(Set((0..<3).map { _ in world.place(small, group: "i", strategies: onHosts) }) == ["a", "b", "c"])
    }

    @Test("random takes any that fits, and only those")
    func random() {
        let random = [ECS.PlacementStrategy(type: .random)]
        var world = PlacementWorld([.sample("a"), .sample("b"), .sample("c", memory: 1)])
        let placed = (0..<60).map { _ in world.place(.sample(memory: 2), strategies: random) }
        #expect(Set(placed) == ["a", "b"])
    }

    @Test("constraints of the definition are binding, too")
    func constraintsOfDefinition() {
        var world = PlacementWorld([.sample("a"), .sample("b", attributes: ["stack": "test"])])
        var definition = TaskDefinitionRecord.sample(memory: 1)
        definition.definition.placementConstraints = [
            ECS.TaskDefinitionPlacementConstraint(type: .memberOf, expression: "attribute:stack exists")
        ]
        #expect((0..<2).map { _ in world.place(definition) } == ["b", "b"])
        let nowhere = [ECS.PlacementConstraint(type: .memberOf, expression: "attribute:stack == prod")]
        #expect(
            world.place(definition, constraints: nowhere)
                == "MemberOf placement constraint unsatisfied. MemberOf placement constraint unsatisfied.")
    }

    @Test("distinct instances are those without a task of the group, whoever started it")
    func distinctByGroup() {
        var world = PlacementWorld([.sample("a"), .sample("b")])
        let small = TaskDefinitionRecord.sample(memory: 1)
        #expect(world.place(small, group: "g") == "a")
        let distinct = [ECS.PlacementConstraint(type: .distinctInstance)]
        #expect(world.place(small, group: "g", constraints: distinct) == "b")
        let other = (0..<2).map { _ in world.place(small, group: "other", constraints: distinct) }
        #expect(Set(other) == ["a", "b"])
        #expect(world.place(small, group: "g", constraints: distinct).hasPrefix("DistinctInstance"))
    }

    @Test("constraints are binding")
    func constraints() {
        var world = PlacementWorld([.sample("a", attributes: ["stack": "test"]), .sample("b")])
        let isTest = [ECS.PlacementConstraint(type: .memberOf, expression: "attribute:stack == test")]
        #expect((0..<2).map { _ in world.place(constraints: isTest) } == ["a", "a"])
        let distinct = [ECS.PlacementConstraint(type: .distinctInstance)]
        let placed = (0..<3).map { _ in world.place(.sample(memory: 1), group: "g", constraints: distinct) }
        #expect(Set(placed.prefix(2)) == ["a", "b"])
        #expect(placed[2].hasPrefix("DistinctInstance"))
    }
}
