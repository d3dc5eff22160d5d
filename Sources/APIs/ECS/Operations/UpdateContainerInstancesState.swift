import APIPipeline
import AWSModels
import AWSWire
import State

/// Moves instances between ACTIVE and DRAINING; the service scheduler replaces the tasks of draining ones.
/// Source: Amazon ECS API Reference, UpdateContainerInstancesState.
struct UpdateContainerInstancesState: Operation {
    static let model = ECS.Operations.updateContainerInstancesState

    func access(
        _ input: ECS.UpdateContainerInstancesStateRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [AccessRequest("ecs:UpdateContainerInstancesState", tx.realm.ecs("cluster/\(cluster)"))]
    }

    func perform(
        _ input: ECS.UpdateContainerInstancesStateRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.UpdateContainerInstancesStateResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        guard (1...10).contains(input.containerInstances.count) else {
            throw .invalidParameter("Container instance count must be between 1 and 10.")
        }
        let status = try newStatus(input.status)
        var changed: [ECS.ContainerInstance] = []
        var failures: [ECS.Failure] = []
        for text in input.containerInstances {
            let id = try member(text, "container-instance", of: cluster, tx.realm)
            let key = ContainerInstanceRecord.key(cluster, id)
            let arn = tx.realm.ecs("container-instance/\(cluster)/\(id)")
            switch tx.get(key)?.status {
            case nil: failures.append(missing(arn))
            case .inactive?: failures.append(ECS.Failure(arn: arn, reason: "INACTIVE"))
            case let old?:
                if old != status { tx.update(key) { $0.move(to: status) } }
                if let instance = tx.get(key) { changed.append(ECS.ContainerInstance(instance, in: tx.snapshot)) }
            }
        }
        return ECS.UpdateContainerInstancesStateResponse(containerInstances: changed, failures: failures)
    }

    private func newStatus(_ status: ECS.ContainerInstanceStatus) throws(WireError) -> InstanceStatus {
        switch status {
        case .active: return .active
        case .draining: return .draining
        default:
            throw .invalidParameter("Container instance status must be one of ACTIVE, DRAINING.")
        }
    }
}

extension ContainerInstanceRecord {
    fileprivate mutating func move(to status: InstanceStatus) {
        self.status = status
        version += 1
    }
}
