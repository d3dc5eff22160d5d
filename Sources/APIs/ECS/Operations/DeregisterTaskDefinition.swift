import APIPipeline
import AWSModels
import AWSWire
import State

/// Makes one revision INACTIVE: what runs goes on, nothing new begins. Repeating it succeeds.
/// Source: Amazon ECS API Reference, DeregisterTaskDefinition.
struct DeregisterTaskDefinition: Operation {
    static let model = ECS.Operations.deregisterTaskDefinition

    func access(
        _ input: ECS.DeregisterTaskDefinitionRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:DeregisterTaskDefinition", "*")]
    }

    func perform(
        _ input: ECS.DeregisterTaskDefinitionRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.DeregisterTaskDefinitionResponse {
        let reference = try TaskDefinitionReference(input.taskDefinition, tx.realm)
        guard reference.revision != nil else {
            throw .client("Revision must be specified: \(input.taskDefinition) is only a family.")
        }
        guard var record = reference.find(in: tx.snapshot) else {
            throw .client("The specified task definition does not exist.")
        }
        switch record.status {
        case .active:
            record.status = .inactive
            record.definition.deregisteredAt = context.now
            tx.put(record)
        case .inactive: break
        case .deleteInProgress: throw .client("The specified task definition is in the process of being deleted.")
        }
        return ECS.DeregisterTaskDefinitionResponse(taskDefinition: ECS.TaskDefinition(record, tx.realm))
    }
}
