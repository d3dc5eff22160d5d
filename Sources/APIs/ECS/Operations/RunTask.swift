import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// Places new tasks with the same `place` that services use, and answers with them at once.
/// Source: Amazon ECS API Reference, RunTask.
struct RunTask: Operation {
    static let model = ECS.Operations.runTask
    /// Source: Amazon ECS API Reference, RunTask (count).
    static let maximumCount = 10
    /// How long a client token is remembered.
    static let tokenLifetime: Duration = .seconds(24 * 3_600)

    func access(_ input: ECS.RunTaskRequest, _ call: Call, _ tx: Transaction) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:RunTask", try Launch.accessResource(input.taskDefinition, tx.snapshot))]
    }

    func perform(
        _ input: ECS.RunTaskRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.RunTaskResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        try ClientToken.check(input.clientToken)
        let token = ClientToken(input.clientToken, scope: "RunTask/\(cluster)", of: input.withoutToken)
        if let ids = try token?.earlierResult(
            in: tx.snapshot, at: context.now,
            { id in
                tx.realm.ecs("task/\(cluster)/\(id)")
            })
        {
            let tasks = ids.compactMap { tx.get(TaskRecord.key(cluster, $0)) }
            return ECS.RunTaskResponse(tasks: tasks.map { wire($0, tx) }, failures: [])
        }
        let launch = try Launch(input, cluster, tx.snapshot)
        let (tasks, failures) = try place(launch, count: try count(input), &tx, &context)
        // A request that started nothing may be tried again with its token.
        if !tasks.isEmpty {
            token?.remember(tasks.map(\.id), until: context.now.advanced(by: RunTask.tokenLifetime), &tx)
        }
        return ECS.RunTaskResponse(tasks: tasks.map { wire($0, tx) }, failures: failures)
    }

    private func count(_ input: ECS.RunTaskRequest) throws(WireError) -> Int {
        let count = input.count ?? 1
        guard (1...RunTask.maximumCount).contains(count) else {
            throw .invalidParameter("Count must be between 1 and \(RunTask.maximumCount).")
        }
        return count
    }

    /// Places one task after the other; the first that finds no instance ends it with a failure per instance.
    private func place(
        _ launch: Launch, count: Int, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ([TaskRecord], [ECS.Failure]) {
        var tasks: [TaskRecord] = []
        for _ in 0..<count {
            switch Scheduling.place(launch.blueprint.request, in: tx.snapshot, &context) {
            case .placed(let instance):
                let task = makeTask(launch.blueprint, on: instance, &context)
                tx.put(task)
                tasks.append(task)
            case .failed(let refused):
                guard !refused.isEmpty else {
                    throw .invalidParameter("No Container Instances were found in your cluster.")
                }
                return (tasks, refused.map { ECS.Failure($0, tx.realm) })
            }
        }
        return (tasks, [])
    }

    private func wire(_ task: TaskRecord, _ tx: Transaction) -> ECS.Task {
        ECS.Task(task, in: tx.snapshot, includesTags: true)
    }
}

extension ECS.RunTaskRequest {
    /// The request as its token's fingerprint sees it.
    fileprivate var withoutToken: ECS.RunTaskRequest {
        var copy = self
        copy.clientToken = nil
        return copy
    }
}

extension ECS.Failure {
    /// An instance that could not take a task.
    init(_ refused: RefusedInstance, _ realm: Realm) {
        self.init(arn: realm.ecs("container-instance/\(refused.instance.path)"), reason: refused.failure.reason)
    }
}
