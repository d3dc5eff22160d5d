import AWSModels
import AWSWire
import State

/// The scale of a task set.
enum TaskSetScale {
    /// The percentage of a scale; nil for none.
    /// Source: Amazon ECS API Reference, Scale: between 0 and 100.
    static func checked(_ scale: ECS.Scale?) throws(WireError) -> Double? {
        guard let scale else { return nil }
        let value = scale.value ?? 0
        guard value.isFinite, (0...100).contains(value) else {
            throw .invalidParameter("The scale of a task set must be between 0 and 100 PERCENT.")
        }
        return value
    }
}

extension TaskSetRecord {
    /// A new task set of a service, with all of its tasks.
    init(of service: ServiceRecord, _ definition: TaskDefinitionRecord, _ context: inout DecisionContext) {
        self.init()
        cluster = service.cluster
        self.service = service.name
        digits = context.random.digits(19)
        family = definition.family
        revision = definition.revision
        createdAt = context.now
        updatedAt = context.now
        stabilityChangedAt = context.now
    }
}
