import APIPipeline
import AWSModels
import AWSWire
import State

/// Makes a task set the one that serves production; the one before is ACTIVE from then on. The service shows the
/// definition and the network of its primary task set.
/// Source: Amazon ECS API Reference, UpdateServicePrimaryTaskSet.
struct UpdateServicePrimaryTaskSet: Operation {
    static let model = ECS.Operations.updateServicePrimaryTaskSet

    func access(
        _ input: ECS.UpdateServicePrimaryTaskSetRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        let resource = try ServiceReference.arn(input.service, cluster, tx.realm)
        return [AccessRequest("ecs:UpdateServicePrimaryTaskSet", resource)]
    }

    func perform(
        _ input: ECS.UpdateServicePrimaryTaskSetRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.UpdateServicePrimaryTaskSetResponse {
        let service = try TaskSetReference.service(input.service, input.cluster, tx.snapshot)
        var set = try TaskSetReference.find(input.primaryTaskSet, service, tx.snapshot)
        guard set.status != .draining else {
            throw .invalidParameter("The task set \(set.id) is DRAINING and cannot become the primary one.")
        }
        if set.status != .primary {
            for other in tx.snapshot.taskSets(of: service.key)
            where other.status == .primary {
                tx.update(other.key) { ($0.status, $0.updatedAt) = (.active, context.now) }
            }
            set.status = .primary
            set.updatedAt = context.now
            tx.put(set)
        }
        return ECS.UpdateServicePrimaryTaskSetResponse(
            taskSet: ECS.TaskSet(set, of: service, in: tx.snapshot, includesTags: true))
    }
}
