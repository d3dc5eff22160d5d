import APIPipeline
import AWSModels
import AWSWire
import State

/// Registers the next revision of a family. It is never idempotent: each call makes a revision.
/// Source: Amazon ECS API Reference, RegisterTaskDefinition.
struct RegisterTaskDefinition: Operation {
    static let model = ECS.Operations.registerTaskDefinition

    func access(
        _ input: ECS.RegisterTaskDefinitionRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:RegisterTaskDefinition", "*")]
            + [input.taskRoleArn, input.executionRoleArn].compactMap(\.self).map { role in
                AccessRequest("iam:PassRole", tx.realm.role(role))
            } + taggingAccess(input.tags, tx.realm.ecs("task-definition/\(input.family):*"), call, tx)
    }

    func perform(
        _ input: ECS.RegisterTaskDefinitionRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.RegisterTaskDefinitionResponse {
        let record = try register(input, by: call.caller, &tx, at: context.now)
        return ECS.RegisterTaskDefinitionResponse(
            taskDefinition: ECS.TaskDefinition(record, tx.realm), tags: record.tags.isEmpty ? nil : record.tags)
    }

    /// Checks a definition and stores it as the next revision; ECS registers those of Express services itself.
    func register(
        _ input: ECS.RegisterTaskDefinitionRequest, by caller: Caller, _ tx: inout Transaction, at now: Timestamp
    ) throws(WireError) -> TaskDefinitionRecord {
        let tags = try Tags.checked(input.tags)
        var definition = ECS.TaskDefinition(registering: input)
        try DefinitionRules.check(definition)
        try DefinitionRules.checkLength(definition)
        definition.requiresAttributes = RequiredAttributes.of(definition)
        definition.compatibilities = LaunchTypeRules.compatibilities(of: definition)
        definition.registeredAt = now
        definition.registeredBy = caller.arn
        return try store(definition, tags, &tx)
    }

    private func store(
        _ definition: ECS.TaskDefinition, _ tags: [ECS.Tag], _ tx: inout Transaction
    ) throws(WireError) -> TaskDefinitionRecord {
        var record = TaskDefinitionRecord()
        record.family = definition.family ?? ""
        record.revision = try tx.nextRevision(of: record.family, TaskDefinitionFamilyRecord.self)
        record.definition = definition
        record.tags = tags
        tx.put(record)
        return record
    }
}
