import AWSModels
import State

/// A container of a task with the task's overrides merged in: agents apply none but `command` themselves.
/// Source: Amazon ECS API Reference, ContainerOverride.
package func effectiveContainer(
    _ definition: ECS.ContainerDefinition, in task: TaskRecord
) -> ECS.ContainerDefinition {
    var result = definition
    guard let change = task.overrides?.containerOverrides?.last(where: { $0.name == definition.name }) else {
        return result
    }
    result.command = change.command ?? result.command
    result.environment = merged(definition.environment ?? [], change.environment ?? [])
    result.environmentFiles = change.environmentFiles ?? result.environmentFiles
    result.cpu = change.cpu ?? result.cpu
    result.memory = change.memory ?? result.memory
    result.memoryReservation = change.memoryReservation ?? result.memoryReservation
    result.resourceRequirements = change.resourceRequirements ?? result.resourceRequirements
    return result
}

/// Variables of the definition, then new ones; a variable of the same name is replaced.
private func merged(_ own: [ECS.KeyValuePair], _ changes: [ECS.KeyValuePair]) -> [ECS.KeyValuePair] {
    own.filter { variable in !changes.contains { $0.name == variable.name } } + changes
}
