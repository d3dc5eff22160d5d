import APIPipeline
import AWSModels
import AWSWire
import State

/// Marks up to 10 INACTIVE revisions for deletion; they vanish when no task and no service uses them any more.
/// What cannot be deleted is a failure, not an error.
/// Source: Amazon ECS API Reference, DeleteTaskDefinitions.
struct DeleteTaskDefinitions: Operation {
    static let model = ECS.Operations.deleteTaskDefinitions
    static let maximumTaskDefinitions = 10

    func access(
        _ input: ECS.DeleteTaskDefinitionsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        var requests: [AccessRequest] = []
        for text in input.taskDefinitions.prefix(DeleteTaskDefinitions.maximumTaskDefinitions) {
            let reference = try TaskDefinitionReference(text, tx.realm)
            requests.append(AccessRequest("ecs:DeleteTaskDefinitions", arn(reference, tx.realm)))
        }
        return requests
    }

    func perform(
        _ input: ECS.DeleteTaskDefinitionsRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.DeleteTaskDefinitionsResponse {
        try Lists.check(
            "Task definitions", input.taskDefinitions.count, maximum: DeleteTaskDefinitions.maximumTaskDefinitions)
        var definitions: [ECS.TaskDefinition] = []
        var failures: [ECS.Failure] = []
        for text in input.taskDefinitions {
            let reference = try TaskDefinitionReference(text, tx.realm)
            guard reference.revision != nil else {
                throw .invalidParameter("Revision must be specified: \(text) is only a family.")
            }
            switch delete(reference, &tx, context.now) {
            case .success(let record): definitions.append(ECS.TaskDefinition(record, tx.realm))
            case .failure(let refusal):
                failures.append(ECS.Failure(arn: arn(reference, tx.realm), reason: refusal.reason))
            }
        }
        return ECS.DeleteTaskDefinitionsResponse(taskDefinitions: definitions, failures: failures)
    }

    private struct Refusal: Error {
        var reason: String
    }

    private func delete(
        _ reference: TaskDefinitionReference, _ tx: inout Transaction, _ now: Timestamp
    ) -> Result<TaskDefinitionRecord, Refusal> {
        guard var record = reference.find(in: tx.snapshot) else {
            return .failure(
                Refusal(
                    reason: "The specified task definition does not exist. Specify a valid account, family, revision "
                        + "and try again."))
        }
        guard record.status != .active else {
            return .failure(
                Refusal(
                    reason: "The specified task definition is still in ACTIVE status. Please deregister the target "
                        + "and try again."))
        }
        if record.status == .inactive {
            record.status = .deleteInProgress
            record.definition.deleteRequestedAt = now
            tx.put(record)
        }
        return .success(record)
    }

    private func arn(_ reference: TaskDefinitionReference, _ realm: Realm) -> String {
        let revision = reference.revision.map { ":\($0)" } ?? ""
        return realm.ecs("task-definition/\(reference.family)\(revision)")
    }
}
