import APIPipeline
import AWSModels
import AWSWire
import State

/// Deletes an ACTIVE revision: no daemon can be made of it any more, those that are go on. It is DELETED when the last
/// of them is gone.
/// Source: Amazon ECS API Reference, DeleteDaemonTaskDefinition.
struct DeleteDaemonTaskDefinition: Operation {
    static let model = ECS.Operations.deleteDaemonTaskDefinition

    func access(
        _ input: ECS.DeleteDaemonTaskDefinitionRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let reference = try DaemonTaskDefinitionReference(input.daemonTaskDefinition, tx.realm)
        return [AccessRequest("ecs:DeleteDaemonTaskDefinition", reference.arn(tx.realm))]
    }

    func perform(
        _ input: ECS.DeleteDaemonTaskDefinitionRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.DeleteDaemonTaskDefinitionResponse {
        let reference = try DaemonTaskDefinitionReference(input.daemonTaskDefinition, tx.realm)
        guard reference.revision != nil else {
            throw .invalidParameter("Revision must be specified: \(input.daemonTaskDefinition) is only a family.")
        }
        guard var record = reference.find(in: tx.snapshot) else {
            throw .client(
                "The specified daemon task definition does not exist. Specify a valid account, family, revision and "
                    + "try again.")
        }
        guard record.status == .active else {
            throw .client(
                "The specified daemon task definition is in \(record.status.rawValue) status. Only an ACTIVE one can "
                    + "be deleted.")
        }
        record.status = .deleteInProgress
        record.daemonDefinition.deleteRequestedAt = context.now
        tx.put(record)
        return ECS.DeleteDaemonTaskDefinitionResponse(daemonTaskDefinitionArn: record.arn(tx.realm))
    }
}
