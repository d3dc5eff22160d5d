import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// Takes an instance out of its cluster. Its tasks are lost to ECS: with force they are STOPPED at once.
/// Source: Amazon ECS API Reference, DeregisterContainerInstance.
struct DeregisterContainerInstance: Operation {
    static let model = ECS.Operations.deregisterContainerInstance

    func access(
        _ input: ECS.DeregisterContainerInstanceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [AccessRequest("ecs:DeregisterContainerInstance", tx.realm.ecs("cluster/\(cluster)"))]
    }

    func perform(
        _ input: ECS.DeregisterContainerInstanceRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.DeregisterContainerInstanceResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        var instance = try ContainerInstanceReference.registered(input.containerInstance, cluster, in: tx.snapshot)
        let tasks = tx.snapshot.liveTasks(on: instance.key)
        guard tasks.isEmpty || input.force ?? false else {
            throw .invalidParameter("Found running tasks on the instance.")
        }
        for task in tasks { stop(task, &tx, context.now) }
        instance.status = .inactive
        instance.deregisteredAt = context.now
        instance.agentConnected = false
        instance.version += 1
        tx.put(instance)
        return ECS.DeregisterContainerInstanceResponse(
            containerInstance: ECS.ContainerInstance(instance, in: tx.snapshot))
    }

    private func stop(_ task: TaskRecord, _ tx: inout Transaction, _ now: Timestamp) {
        var task = task
        let status = task.lastStatus
        task.requestStop(.terminationNotice, "Container instance deregistration forced by user.", at: now)
        task.advance(to: .stopped, at: now)
        tx.store(task, was: status, at: now)
    }
}
