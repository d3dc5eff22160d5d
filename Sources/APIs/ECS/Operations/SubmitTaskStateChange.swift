import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// An agent reports what happened to a task and its containers.
/// Source: Amazon ECS API Reference, SubmitTaskStateChange.
struct SubmitTaskStateChange: Operation {
    static let model = ECS.Operations.submitTaskStateChange

    func access(
        _ input: ECS.SubmitTaskStateChangeRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:SubmitTaskStateChange", "*")]
    }

    func perform(
        _ input: ECS.SubmitTaskStateChangeRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.SubmitTaskStateChangeResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        let id = try member(input.task ?? "", "task", of: cluster, tx.realm)
        // A task that is gone or over takes no more reports; the agent needs no error to forget it.
        if let task = tx.get(TaskRecord.key(cluster, id)), task.lastStatus != .stopped {
            try apply(input, to: task, &tx, context.now)
        }
        return ECS.SubmitTaskStateChangeResponse(acknowledgment: "ok")
    }

    private func apply(
        _ input: ECS.SubmitTaskStateChangeRequest, to old: TaskRecord, _ tx: inout Transaction, _ now: Timestamp
    ) throws(WireError) {
        var task = old
        let containers = (input.containers ?? []).map(ContainerReport.init)
        task.take(containers)
        task.take(input.managedAgents ?? [], at: now)
        // The agent's clock says when it pulled and when something ended, ours all the rest; the order is the task's.
        let pulled = { (time: Timestamp) in min(max(time, old.createdAt), old.startedAt ?? now) }
        task.pullStartedAt = task.pullStartedAt ?? input.pullStartedAt.map(pulled)
        task.pullStoppedAt = task.pullStoppedAt ?? input.pullStoppedAt.map(pulled)
        let status = try input.status.map(TaskReport.status)
        let definition = tx.get(task.definitionKey)?.definition
        task.take(input.attachments ?? [], tx.realm, at: now)
        if let status {
            let running: TaskStatus = tx.snapshot.activates(task) ? .activating : .running
            task.advance(reported: status, reason: input.reason, definition, running: running, at: now)
        }
        let ended = input.executionStoppedAt.map { min(max($0, task.startedAt ?? $0), task.stoppedAt ?? $0) }
        task.executionStoppedAt = task.executionStoppedAt ?? ended
        task.countContainers(since: old)
        // Most reports change the status; comparing whole records costs more than all the rest.
        if task.lastStatus != old.lastStatus || task != old { tx.store(task, was: old.lastStatus, at: now) }
        if containers.contains(where: { $0.imageDigest != nil }) { tx.pinImages(of: task, definition) }
    }
}

extension Transaction {
    /// Keeps the digests of the images that the first task of a service revision runs, unless a container is not to be
    /// consistent.
    /// Source: Amazon ECS API Reference, ContainerDefinition (versionConsistency).
    fileprivate mutating func pinImages(of task: TaskRecord, _ definition: ECS.TaskDefinition?) {
        guard task.service != nil, var revision = snapshot.serviceRevision(of: task) else { return }
        let before = revision.imageDigests
        for container in definition?.containerDefinitions ?? [] where container.versionConsistency != .disabled {
            guard let name = container.name, revision.imageDigests[name] == nil else { continue }
            revision.imageDigests[name] = task.containers.first { $0.name == name }?.imageDigest
        }
        if revision.imageDigests != before { put(revision) }
    }
}

/// What an agent's words for a status mean.
enum TaskReport {
    /// - Throws: `InvalidParameterException` for a word that no agent uses.
    static func status(_ text: String) throws(WireError) -> TaskStatus {
        switch text {
        case "PENDING": return .pending
        case "RUNNING": return .running
        case "STOPPED": return .stopped
        default: throw .invalidParameter("Invalid task status: \(text)")
        }
    }
}
