import AWSModels
import AWSWire
import State

extension Transaction {
    /// Stores a new task: on `instance` with all it takes there, or waiting for its capacity provider.
    /// - Parameter instance: one that passes the checks; nil for none yet.
    package mutating func start(
        _ blueprint: TaskBlueprint, on instance: ContainerInstanceRecord?, _ context: inout DecisionContext
    ) -> TaskRecord {
        let task = makeTask(blueprint, on: instance, &context)
        guard let instance else {
            put(task)
            return task
        }
        return equip(task, on: instance, blueprint.request.definition.definition, &context)
    }

    /// Stores a task that waited: on `instance`, as if it had just been made.
    package mutating func start(
        _ task: TaskRecord, on instance: ContainerInstanceRecord, _ context: inout DecisionContext
    ) {
        var task = task
        task.place(on: instance, at: context.now)
        if task.interfaceCount > 0 { task.version += 1 } else { task.advance(to: .pending, at: context.now) }
        _ = equip(task, on: instance, get(task.definitionKey)?.definition, &context)
    }

    /// Stores a placed task with what only its place can give: GPUs, and an address.
    /// - Parameter definition: nil when it is gone: then there is nothing to give.
    private mutating func equip(
        _ task: TaskRecord, on instance: ContainerInstanceRecord, _ definition: ECS.TaskDefinition?,
        _ context: inout DecisionContext
    ) -> TaskRecord {
        var task = task
        if let definition { takeGPUs(of: instance, for: &task, definition) }
        if task.interfaceCount > 0 { createInterface(for: &task, &context) }
        if task.lastStatus == .stopped { store(task, was: .provisioning, at: context.now) } else { put(task) }
        return task
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
