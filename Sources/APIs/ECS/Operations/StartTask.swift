import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// Starts one task on each of the named container instances: no strategies, the same checks of room.
///
/// `referenceId` is checked by the model and has no effect: it is Amazon's own, and no answer shows it.
/// Source: Amazon ECS API Reference, StartTask.
struct StartTask: Operation {
    static let model = ECS.Operations.startTask

    func access(_ input: ECS.StartTaskRequest, _ call: Call, _ tx: Transaction) throws(WireError) -> [AccessRequest] {
        let tasks = tx.realm.ecs("task/\(try ClusterReference.name(input.cluster, tx.realm))/*")
        return [AccessRequest("ecs:StartTask", try Launch.accessResource(input.taskDefinition, tx.snapshot))]
            + taggingAccess(input.tags, tasks, call, tx)
    }

    func perform(
        _ input: ECS.StartTaskRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.StartTaskResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        try checkCount(input.containerInstances)
        let launch = try Launch(input, cluster, tx.snapshot)
        var tasks: [TaskRecord] = []
        var failures: [ECS.Failure] = []
        for text in input.containerInstances {
            let id = try member(text, "container-instance", of: cluster, tx.realm)
            switch find(id, cluster, launch, tx.snapshot) {
            case .success(let instance):
                tasks.append(tx.start(launch.blueprint, on: instance, &context))
            case .failure(let refusal):
                let arn = tx.realm.ecs("container-instance/\(cluster)/\(id)")
                failures.append(ECS.Failure(arn: arn, reason: refusal.reason))
            }
        }
        return ECS.StartTaskResponse(
            tasks: tasks.map { ECS.Task($0, in: tx.snapshot, includesTags: true) }, failures: failures)
    }

    private struct Refusal: Error { var reason: String }

    private func checkCount(_ instances: [String]) throws(WireError) {
        guard !instances.isEmpty else { throw .invalidParameter("Container Instances cannot be empty.") }
        guard instances.count <= 10 else {
            throw .invalidParameter("Container instance count must be between 1 and 10.")
        }
    }

    private func find(
        _ id: String, _ cluster: String, _ launch: Launch, _ snapshot: Snapshot
    ) -> Result<ContainerInstanceRecord, Refusal> {
        guard let instance = snapshot.get(ContainerInstanceRecord.key(cluster, id)) else {
            return .failure(Refusal(reason: "MISSING"))
        }
        guard instance.status != .inactive else { return .failure(Refusal(reason: "INACTIVE")) }
        if let failure = refusal(of: instance, for: launch.blueprint.request, in: snapshot) {
            return .failure(Refusal(reason: failure.reason))
        }
        return .success(instance)
    }
}
