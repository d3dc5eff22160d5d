import AWSModels
import State
import Testing

@testable import Scheduling

/// Which task gets which GPU of its instance.
/// Source: Amazon ECS Developer Guide, Amazon ECS task definitions for GPU workloads.
@Suite("GPUs") struct GPUTests {
    /// A definition with containers that want so many GPUs.
    private func definition(_ counts: [Int]) -> TaskDefinitionRecord {
        var record = TaskDefinitionRecord.sample()
        record.definition.containerDefinitions = counts.enumerated().map { number, count in
            var container = ECS.ContainerDefinition()
            container.name = "c\(number)"
            container.memory = 1
            if count > 0 { container.resourceRequirements = [ECS.ResourceRequirement(value: "\(count)", type: .gpu)] }
            return container
        }
        return record
    }

    private func ids(_ task: TaskRecord?) -> [[String]] { task?.containers.map(\.gpuIDs) ?? [] }

    @Test("every container gets its own, and they are free again when the task is STOPPED")
    func shares() {
        var world = PlacementWorld([.sample("a", gpus: ["g1", "g2", "g3", "g4"])])
        #expect(world.place(definition([1, 0, 2])) == "a")
        let first = world.transaction.snapshot.list(TaskRecord.self).first
        #expect(ids(first) == [["g1"], [], ["g2", "g3"]] && first?.gpuCount == 3)
        #expect(world.place(definition([2])) == "RESOURCE:GPU")
        #expect(world.place(definition([1])) == "a")
        #expect(world.place(definition([1])) == "RESOURCE:GPU")
        #expect(world.place(definition([0])) == "a")
        let key = ContainerInstanceRecord.key("default", "a")
        #expect(world.transaction.snapshot.usage(of: key).gpuIDs == ["g1", "g2", "g3", "g4"])
        world.transaction.update(first!.key) { $0.desiredStatus = .stopped }
        #expect(world.place(definition([1])) == "RESOURCE:GPU")
        world.transaction.update(first!.key) { $0.lastStatus = .stopped }
        #expect(world.transaction.snapshot.usage(of: key).gpuIDs == ["g4"])
        #expect(world.place(definition([3])) == "a")
        #expect(world.transaction.snapshot.usage(of: key).gpuIDs == ["g1", "g2", "g3", "g4"])
    }

    @Test("a task that waited gets them with its instance")
    func waits() throws {
        var world = PlacementWorld([.sample("a", gpus: ["g1", "g2"])])
        let definition = definition([1])
        world.transaction.put(definition)
        let request = TaskRequest(cluster: "default", definition: definition, group: "g")
        let waiting = world.transaction.start(TaskBlueprint(request: request), on: nil, &world.context)
        #expect(ids(waiting) == [[]] && waiting.gpuCount == 1)
        let instance = try #require(world.transaction.get(ContainerInstanceRecord.key("default", "a")))
        world.transaction.start(waiting, on: instance, &world.context)
        #expect(ids(world.transaction.get(waiting.key)) == [["g1"]])
    }

    @Test(
        "an override takes the place of the definition's requirements",
        arguments: [("3", 3), ("0", 0), ("-1", 0), ("many", 0), (nil, 0)])
    func overrides(value: String?, count: Int) {
        var change = ECS.ContainerOverride()
        change.name = "c0"
        change.resourceRequirements = [ECS.ResourceRequirement(value: value, type: .gpu)]
        let overrides = ECS.TaskOverride(containerOverrides: [change])
        #expect(ResourceNeed(definition([1, 2]).definition, overrides).gpus == count + 2)
    }

    @Test("numbers that no instance has are too many, whatever they are")
    func absurd() {
        var world = PlacementWorld([.sample("a", gpus: ["g1"])])
        #expect(world.place(definition([Int.max, Int.max])) == "RESOURCE:GPU")
    }
}
