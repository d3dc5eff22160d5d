import AWSModels
import AWSWire
import State

/// Shows tasks of a snapshot, and looks up once what many of them share: their definition and their instance.
struct TaskProjection {
    private let snapshot: Snapshot
    private var definitions: [DefinitionKey: ECS.TaskDefinition] = [:]
    private var instances: [Key<ContainerInstanceRecord>: InstanceFacts] = [:]

    /// What a task shows of the instance it is on.
    struct InstanceFacts {
        var connectivity: ECS.Connectivity?
        /// Observed: the architecture is the one attribute that tasks show.
        var attributes: [ECS.Attribute] = []
    }

    init(_ snapshot: Snapshot) {
        self.snapshot = snapshot
    }

    /// A task as DescribeTasks shows it.
    /// - Parameter includesTags: whether the caller asked for tags.
    mutating func task(_ record: TaskRecord, includesTags: Bool) -> ECS.Task {
        ECS.Task(
            record, definition(record.definitionKey), record.instanceKey.map { facts(of: $0) } ?? InstanceFacts(),
            snapshot.realm, includesTags: includesTags)
    }

    private mutating func definition(_ key: DefinitionKey) -> ECS.TaskDefinition? {
        if let known = definitions[key] { return known }
        let found = snapshot.get(key)?.definition
        definitions[key] = found
        return found
    }

    private mutating func facts(of key: Key<ContainerInstanceRecord>) -> InstanceFacts {
        if let known = instances[key] { return known }
        var facts = InstanceFacts()
        if let instance = snapshot.get(key) {
            let name = "ecs.cpu-architecture"
            facts.connectivity = instance.agentConnected ? .connected : .disconnected
            facts.attributes = instance.attribute(name).map { [ECS.Attribute(name: name, value: $0)] } ?? []
        }
        instances[key] = facts
        return facts
    }
}
