import APIPipeline
import AWSModels
import AWSWire
import State

/// Registers the next revision of a daemon's family. It is never idempotent: each call makes a revision.
/// Source: Amazon ECS API Reference, RegisterDaemonTaskDefinition.
struct RegisterDaemonTaskDefinition: Operation {
    static let model = ECS.Operations.registerDaemonTaskDefinition

    func access(
        _ input: ECS.RegisterDaemonTaskDefinitionRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:RegisterDaemonTaskDefinition", "*")]
            + [input.taskRoleArn, input.executionRoleArn].compactMap(\.self).map { role in
                AccessRequest("iam:PassRole", tx.realm.role(role))
            }
    }

    func perform(
        _ input: ECS.RegisterDaemonTaskDefinitionRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.RegisterDaemonTaskDefinitionResponse {
        let tags = try Tags.checked(input.tags)
        var definition = ECS.DaemonTaskDefinition(registering: input)
        try DaemonRules.check(definition)
        definition.registeredAt = context.now
        definition.registeredBy = call.caller.arn
        let record = try store(definition, tags, &tx)
        return ECS.RegisterDaemonTaskDefinitionResponse(daemonTaskDefinitionArn: record.arn(tx.realm))
    }

    private func store(
        _ definition: ECS.DaemonTaskDefinition, _ tags: [ECS.Tag], _ tx: inout Transaction
    ) throws(WireError) -> DaemonTaskDefinitionRecord {
        var record = DaemonTaskDefinitionRecord()
        record.family = definition.family ?? ""
        record.revision = try tx.nextRevision(of: record.family, DaemonTaskDefinitionFamilyRecord.self)
        record.daemonDefinition = definition
        record.requiredAttributes = RequiredAttributes.of(ECS.TaskDefinition(definition))
        record.tags = tags
        tx.put(record)
        return record
    }
}
