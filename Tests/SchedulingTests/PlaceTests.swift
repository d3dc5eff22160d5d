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
            Row(name: "draining", instance: .sample("a", status: .draining), definition: .sample(), reason: ""),
        ])
    func refuses(row: Row) {
        var world = PlacementWorld([row.instance])
        #expect(world.place(row.definition) == row.reason)
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
