import AWSModels
import AWSWire
import State

extension ECS.TaskDefinition {
    /// A definition as the API shows it. Its tags stand beside it, not inside.
    init(_ record: TaskDefinitionRecord, _ realm: Realm) {
        self = record.definition
        taskDefinitionArn = record.arn(realm)
        revision = record.revision
        status = record.status
    }
}
