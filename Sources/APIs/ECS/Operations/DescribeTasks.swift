import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows up to 100 tasks; an unknown one is a failure, not an error.
/// Source: Amazon ECS API Reference, DescribeTasks.
struct DescribeTasks: ReadOperation {
    static let model = ECS.Operations.describeTasks
    static let maximumTasks = 100

    func access(
        _ input: ECS.DescribeTasksRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        var requests: [AccessRequest] = []
        for text in input.tasks.prefix(DescribeTasks.maximumTasks) {
            let id = try member(text, "task", of: cluster, tx.realm)
            requests.append(AccessRequest("ecs:DescribeTasks", tx.realm.ecs("task/\(cluster)/\(id)")))
        }
        return requests
    }

    func read(
        _ input: ECS.DescribeTasksRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeTasksResponse {
        let cluster = try ClusterReference.active(input.cluster, in: snapshot).name
        try Lists.check("Tasks", input.tasks.count, maximum: DescribeTasks.maximumTasks)
        let includesTags = input.include?.contains(.tags) ?? false
        var projection = TaskProjection(snapshot)
        var tasks: [ECS.Task] = []
        var failures: [ECS.Failure] = []
        for text in input.tasks {
            let id = try member(text, "task", of: cluster, snapshot.realm)
            if let task = snapshot.get(TaskRecord.key(cluster, id)) {
                tasks.append(projection.task(task, includesTags: includesTags))
            } else {
                failures.append(missing(snapshot.realm.ecs("task/\(cluster)/\(id)")))
            }
        }
        return ECS.DescribeTasksResponse(tasks: tasks, failures: failures)
    }
}
