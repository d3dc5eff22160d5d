import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// Places new tasks with the same `place` that services use, and answers with them at once.
///
/// `referenceId` is checked by the model and has no effect: it is Amazon's own, and no answer shows it.
/// Source: Amazon ECS API Reference, RunTask.
/// Seam: AWS Fargate is refused.
struct RunTask: Operation {
    static let model = ECS.Operations.runTask
    /// Source: Amazon ECS API Reference, RunTask (count).
    static let maximumCount = 10
    /// How long a client token is remembered.
    static let tokenLifetime: Duration = .seconds(24 * 3_600)

    func access(_ input: ECS.RunTaskRequest, _ call: Call, _ tx: Transaction) throws(WireError) -> [AccessRequest] {
        let tasks = tx.realm.ecs("task/\(try ClusterReference.name(input.cluster, tx.realm))/*")
        return [AccessRequest("ecs:RunTask", try Launch.accessResource(input.taskDefinition, tx.snapshot))]
            + taggingAccess(input.tags, tasks, call, tx)
    }

    func perform(
        _ input: ECS.RunTaskRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.RunTaskResponse {
        let record = try ClusterReference.active(input.cluster, in: tx.snapshot)
        let cluster = record.name
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
        let launch = try Launch(input, in: record, tx.snapshot)
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

    /// Places one task after the other; the first that finds no instance ends it with a failure per instance, unless
    /// its capacity provider brings instances: then it waits for one.
    private func place(
        _ launch: Launch, count: Int, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ([TaskRecord], [ECS.Failure]) {
        var tasks: [TaskRecord] = []
        var shares = CapacityShares(launch.strategy)
        var placer = Placer(launch.blueprint.request)
        for _ in 0..<count {
            var blueprint = launch.blueprint
            blueprint.useProvider(shares.next)
            switch placer.place(from: blueprint.capacityProviderName, in: tx.snapshot, &context) {
            case .placed(let instance): tasks.append(tx.start(blueprint, on: instance, &context))
            case .failed(let refused):
                guard brings(blueprint.capacityProviderName, tx.snapshot) else {
                    return (tasks, try failures(refused, blueprint, tx.realm))
                }
                guard Provisioning.hasRoom(in: blueprint.request.cluster, tx.snapshot) else {
                    throw .client("Tasks provisioning capacity limit exceeded.")
                }
                tasks.append(tx.start(blueprint, on: nil, &context))
            }
            if let provider = blueprint.capacityProviderName { shares.add(provider) }
        }
        return (tasks, [])
    }

    private func brings(_ provider: String?, _ snapshot: Snapshot) -> Bool {
        provider.flatMap { snapshot.capacityProvider($0) }?.bringsInstances ?? false
    }

    /// Observed: without any instance the request fails as a whole.
    private func failures(
        _ refused: [RefusedInstance], _ blueprint: TaskBlueprint, _ realm: Realm
    ) throws(WireError) -> [ECS.Failure] {
        guard !refused.isEmpty else {
            let place = blueprint.capacityProviderName == nil ? "cluster" : "capacity provider"
            throw .invalidParameter("No Container Instances were found in your \(place).")
        }
        return refused.map { ECS.Failure($0, realm) }
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
