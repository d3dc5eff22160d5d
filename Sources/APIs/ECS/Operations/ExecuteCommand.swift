import APIPipeline
import AWSModels
import AWSWire
import State

/// Opens a session to run a command in a container of a running task.
/// Source: Amazon ECS API Reference, ExecuteCommand; Developer Guide, Monitor Amazon ECS containers with ECS Exec.
/// Seam: keys of KMS, and `cloudWatchEncryptionEnabled` and `s3EncryptionEnabled`, are kept without effect.
struct ExecuteCommand: Operation {
    static let model = ECS.Operations.executeCommand

    /// In bytes; a rule of ours, as the command is stored and travels to the agent in one message.
    private static let maximumCommand = 65_536

    func access(
        _ input: ECS.ExecuteCommandRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        let id = try member(input.task, "task", of: cluster, tx.realm)
        return [AccessRequest("ecs:ExecuteCommand", tx.realm.ecs("task/\(cluster)/\(id)"))]
    }

    func perform(
        _ input: ECS.ExecuteCommandRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.ExecuteCommandResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        guard input.interactive else {
            throw .invalidParameter("Interactive is the only mode supported currently.")
        }
        guard !input.command.isEmpty else { throw .invalidParameter("Command cannot be empty.") }
        guard input.command.utf8.count <= ExecuteCommand.maximumCommand else {
            throw .invalidParameter("Command cannot be longer than \(ExecuteCommand.maximumCommand) bytes.")
        }
        let id = try member(input.task, "task", of: cluster, tx.realm)
        guard let task = tx.get(TaskRecord.key(cluster, id)) else {
            throw .invalidParameter("The referenced task was not found.")
        }
        let container = try container(input.container, of: task)
        try check(task, container, tx.snapshot)
        let session = ExecuteSession(input.command, in: container, of: task, for: call, tx.snapshot.vault, &context)
        tx.put(session.record)
        return ECS.ExecuteCommandResponse(
            clusterArn: tx.realm.ecs("cluster/\(cluster)"),
            containerArn: tx.realm.ecs("container/\(cluster)/\(task.id)/\(container.id)"),
            containerName: container.name, interactive: true, session: session.shown, taskArn: task.arn(tx.realm))
    }

    /// The container meant; it need not be named when the task has one only.
    private func container(_ name: String?, of task: TaskRecord) throws(WireError) -> ContainerState {
        guard let name, !name.isEmpty else {
            guard task.containers.count == 1 else {
                throw .invalidParameter("A container must be specified for a task with several containers.")
            }
            return task.containers[0]
        }
        guard let container = task.containers.first(where: { $0.name == name }) else {
            throw .invalidParameter("The container \(name) does not exist in the task.")
        }
        return container
    }

    /// Observed: the words for everything that keeps the command's agent from running.
    private func check(_ task: TaskRecord, _ container: ContainerState, _ snapshot: Snapshot) throws(WireError) {
        let isRunning = task.lastStatus == .running && task.desiredStatus == .running
        let hasAgent = !container.managedAgents.contains { agent in
            agent.name == .executeCommandAgent && agent.lastStatus != "RUNNING"
        }
        guard task.enableExecuteCommand, isRunning, container.lastStatus == "RUNNING", hasAgent else {
            throw .invalidParameter(
                "The execute command failed because execute command was not enabled when the task was run or the "
                    + "execute command agent isn't running. Wait and try again or run a new task with execute command "
                    + "enabled and try again.")
        }
        guard let instance = task.instanceKey.flatMap({ snapshot.get($0) }), instance.agentConnected else {
            throw .targetNotConnected("The execute command failed due to an internal error. Try again later.")
        }
        // Amazon's own agent starts an SSM agent in the container, which would have to be served.
        guard instance.agentHash ?? AgentRelease.hash == AgentRelease.hash else {
            throw .targetNotConnected(
                "The execute command failed because the container agent of the task's instance brings an SSM agent of "
                    + "its own, which this region does not serve. Run the task on an instance of `roost agent`.")
        }
    }
}
