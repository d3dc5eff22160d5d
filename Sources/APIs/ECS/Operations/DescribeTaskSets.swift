import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows the task sets of a service: the named ones, or all.
/// Source: Amazon ECS API Reference, DescribeTaskSets.
struct DescribeTaskSets: ReadOperation {
    static let model = ECS.Operations.describeTaskSets

    func access(
        _ input: ECS.DescribeTaskSetsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        var requests: [AccessRequest] = []
        for text in input.taskSets ?? ["*"] {
            let resource = try TaskSetReference.accessResource(text, input.service, input.cluster, tx.realm)
            requests.append(AccessRequest("ecs:DescribeTaskSets", resource))
        }
        return requests
    }

    func read(
        _ input: ECS.DescribeTaskSetsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeTaskSetsResponse {
        let service = try TaskSetReference.service(input.service, input.cluster, snapshot, isExternal: false)
        let includesTags = input.include?.contains(.tags) ?? false
        func view(_ set: TaskSetRecord) -> ECS.TaskSet {
            ECS.TaskSet(set, of: service, in: snapshot, includesTags: includesTags)
        }
        guard let names = input.taskSets, !names.isEmpty else {
            let all = snapshot.taskSets(of: service.key)
            return ECS.DescribeTaskSetsResponse(taskSets: all.map(view), failures: [])
        }
        var sets: [ECS.TaskSet] = []
        var failures: [ECS.Failure] = []
        for text in names {
            let key = try TaskSetReference.key(text, service, snapshot.realm)
            if let set = snapshot.get(key) {
                sets.append(view(set))
            } else {
                let digits = key.path.split(separator: "/").last ?? ""
                let arn = snapshot.realm.ecs("task-set/\(service.key.path)/ecs-svc/\(digits)")
                failures.append(missing(arn))
            }
        }
        return ECS.DescribeTaskSetsResponse(taskSets: sets, failures: failures)
    }
}
