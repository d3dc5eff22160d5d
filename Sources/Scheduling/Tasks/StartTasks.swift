import AWSModels
import AWSWire
import State

extension Transaction {
    /// Stores a new task: on `instance` with all it takes there, or waiting for its capacity provider.
    /// - Parameter instance: one that passes the checks; nil for none yet.
    package mutating func start(
        _ blueprint: TaskBlueprint, on instance: ContainerInstanceRecord?, _ context: inout DecisionContext
    ) -> TaskRecord {
        var task = makeTask(blueprint, on: instance, &context)
        if let instance { takeGPUs(of: instance, for: &task, blueprint.request.definition.definition) }
        put(task)
        return task
    }

    /// Stores a task that waited: on `instance`, as if it had just been made.
    package mutating func start(_ task: TaskRecord, on instance: ContainerInstanceRecord, at now: Timestamp) {
        var task = task
        task.place(on: instance, at: now)
        if let definition = get(task.definitionKey) { takeGPUs(of: instance, for: &task, definition.definition) }
        task.advance(to: .pending, at: now)
        put(task)
    }

    /// Gives each container as many GPUs as it wants, in the order in which the instance names them.
    private func takeGPUs(
        of instance: ContainerInstanceRecord, for task: inout TaskRecord, _ definition: ECS.TaskDefinition
    ) {
        guard task.gpuCount > 0 else { return }
        let taken = snapshot.usage(of: instance.key).gpuIDs
        var free = instance.gpuIDs.filter { !taken.contains($0) }[...]
        for container in definition.containerDefinitions ?? [] {
            guard let index = task.containers.firstIndex(where: { $0.name == container.name }) else { continue }
            let change = task.overrides?.containerOverrides?.last { $0.name == container.name }
            let count = ResourceNeed.gpus(of: container, change)
            task.containers[index].gpuIDs = Array(free.prefix(count))
            free = free.dropFirst(count)
        }
    }
}
