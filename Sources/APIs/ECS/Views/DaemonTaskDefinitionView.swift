import AWSModels
import AWSWire
import State

extension ECS.DaemonTaskDefinition {
    /// A daemon task definition as the API shows it.
    init(_ record: DaemonTaskDefinitionRecord, _ realm: Realm) {
        self = record.daemonDefinition
        daemonTaskDefinitionArn = record.arn(realm)
        revision = record.revision
        status = record.status
    }
}

extension ECS.DaemonTaskDefinitionSummary {
    /// A daemon task definition as lists show it.
    init(_ record: DaemonTaskDefinitionRecord, _ realm: Realm) {
        self.init()
        arn = record.arn(realm)
        registeredAt = record.daemonDefinition.registeredAt
        registeredBy = record.daemonDefinition.registeredBy
        deleteRequestedAt = record.daemonDefinition.deleteRequestedAt
        status = record.status
    }
}
