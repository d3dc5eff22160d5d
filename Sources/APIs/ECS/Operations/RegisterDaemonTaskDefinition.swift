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

    /// The family remembers its last revision, so the next one costs the same however many there are.
    private func store(
        _ definition: ECS.DaemonTaskDefinition, _ tags: [ECS.Tag], _ tx: inout Transaction
    ) throws(WireError) -> DaemonTaskDefinitionRecord {
        let name = definition.family ?? ""
        var family = tx.get(DaemonTaskDefinitionFamilyRecord.key(name)) ?? DaemonTaskDefinitionFamilyRecord()
        guard family.latestRevision < DefinitionRules.maximumRevision else {
            throw .limitExceeded("The family \(name) has reached the limit of revisions.")
        }
        family.family = name
        family.latestRevision += 1
        tx.put(family)
        var record = DaemonTaskDefinitionRecord()
        record.family = name
        record.revision = family.latestRevision
        record.daemonDefinition = definition
        record.requiredAttributes = RequiredAttributes.of(ECS.TaskDefinition(definition))
        record.tags = tags
        tx.put(record)
        return record
    }
}
