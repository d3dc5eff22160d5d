import AWSModels

/// A revision that tasks are made of: of a task definition, or of a daemon's own kind of definition.
package protocol DefinitionRecord: Sendable {
    var family: String { get }
    var revision: Int { get }
    /// What a task of it runs.
    var definition: ECS.TaskDefinition { get }
    /// Which record this is.
    var definitionKey: DefinitionKey { get }
}

/// Which definition a task is of. The two kinds have their own families.
package enum DefinitionKey: Hashable, Sendable {
    case task(Key<TaskDefinitionRecord>)
    case daemonTask(Key<DaemonTaskDefinitionRecord>)
}

extension TaskDefinitionRecord: DefinitionRecord {
    package var definitionKey: DefinitionKey { .task(key) }
}

extension DaemonTaskDefinitionRecord: DefinitionRecord {
    package var definitionKey: DefinitionKey { .daemonTask(key) }
}

extension Snapshot {
    /// The definition of `key`, or nil.
    package func get(_ key: DefinitionKey) -> (any DefinitionRecord)? {
        switch key {
        case .task(let key): get(key)
        case .daemonTask(let key): get(key)
        }
    }
}

extension Transaction {
    /// The definition of `key` with the changes so far, or nil.
    package func get(_ key: DefinitionKey) -> (any DefinitionRecord)? { snapshot.get(key) }
}
