/// The kinds of records: one table each. The raw value is the name on disk and never changes.
package enum RecordKind: String, Sendable, CaseIterable, Hashable {
    case clientToken
    case cluster
    case containerInstance
    case service
    case task
    case taskDefinition
    case taskDefinitionFamily
}
