import AWSModels
import AWSWire
import Scheduling
import State

/// What an agent says of one container, whichever call carries it. A report is an event: a later one wins.
struct ContainerReport {
    /// Source: Amazon ECS API Reference, Container.reason and runtimeId: longer texts are cut.
    static let maximumReasonLength = 1_024
    static let maximumIDLength = 255

    var name: String
    var status: String?
    var exitCode: Int?
    var reason: String?
    var runtimeID: String?
    var imageDigest: String?
    var networkBindings: [ECS.NetworkBinding]?

    init(_ change: ECS.ContainerStateChange) {
        name = change.containerName ?? ""
        status = change.status
        exitCode = change.exitCode
        reason = change.reason
        runtimeID = change.runtimeId
        imageDigest = change.imageDigest
        networkBindings = change.networkBindings
    }

    init(_ input: ECS.SubmitContainerStateChangeRequest) {
        name = input.containerName ?? ""
        status = input.status
        exitCode = input.exitCode
        reason = input.reason
        runtimeID = input.runtimeId
        networkBindings = input.networkBindings
    }
}

extension ContainerState {
    /// Takes a report over. A stopped container stays stopped.
    mutating func take(_ report: ContainerReport) {
        if let status = report.status, ["PENDING", "RUNNING", "STOPPED"].contains(status), lastStatus != "STOPPED" {
            if lastStatus == "PENDING" || status == "STOPPED" { lastStatus = status }
        }
        // Observed: a report of a running container may carry the exit code of its end, which follows.
        if lastStatus == "STOPPED" { exitCode = exitCode ?? report.exitCode }
        if let text = report.reason, !text.isEmpty { reason = String(text.prefix(ContainerReport.maximumReasonLength)) }
        if let id = report.runtimeID, !id.isEmpty { runtimeID = String(id.prefix(ContainerReport.maximumIDLength)) }
        if let digest = report.imageDigest, !digest.isEmpty {
            imageDigest = String(digest.prefix(ContainerReport.maximumIDLength))
        }
        if let bindings = report.networkBindings, !bindings.isEmpty { networkBindings = bindings }
    }
}

extension ContainerState {
    /// Whether its agent said that it could not be started.
    fileprivate var failedToStart: Bool {
        ["Cannot", "DockerTimeout", "ResourceInitialization"].contains { reason?.hasPrefix($0) == true }
    }
}

extension TaskRecord {
    /// Takes reports over, in order.
    mutating func take(_ reports: [ContainerReport]) {
        for report in reports {
            guard let index = containers.firstIndex(where: { $0.name == report.name }) else { continue }
            containers[index].take(report)
        }
    }

    /// A container that changed alone is a change of the task, too: it is told as an event, which needs a version.
    /// Source: Amazon ECS API Reference, Task (version).
    mutating func countContainers(since old: TaskRecord) {
        guard version == old.version else { return }
        let agents = containers.map { $0.managedAgents.map(\.lastStatus) }
        let oldAgents = old.containers.map { $0.managedAgents.map(\.lastStatus) }
        guard containers.map(\.lastStatus) != old.containers.map(\.lastStatus) || agents != oldAgents else { return }
        version += 1
    }

    /// Takes what an agent says of its helpers in containers, such as ECS Exec's.
    /// Source: Amazon ECS API Reference, ManagedAgent.
    mutating func take(_ changes: [ECS.ManagedAgentStateChange], at now: Timestamp) {
        for change in changes where ["PENDING", "RUNNING", "STOPPED"].contains(change.status) {
            guard let index = containers.firstIndex(where: { $0.name == change.containerName }) else { continue }
            let earlier = containers[index].managedAgents.first { $0.name == change.managedAgentName }
            let isStart = change.status == "RUNNING" && earlier?.lastStatus != "RUNNING"
            let reason = change.reason.map { String($0.prefix(ContainerReport.maximumReasonLength)) }
            containers[index].managedAgents.removeAll { $0.name == change.managedAgentName }
            containers[index].managedAgents.append(
                ECS.ManagedAgent(
                    lastStartedAt: isStart ? now : earlier?.lastStartedAt, name: change.managedAgentName,
                    reason: reason, lastStatus: change.status))
        }
    }

    /// Takes what an agent says of the task's network interface: with it, the task is no longer PROVISIONING.
    mutating func take(_ changes: [ECS.AttachmentStateChange], _ realm: Realm, at now: Timestamp) {
        guard let attachment = interface?.attachmentARN(realm),
            changes.contains(where: { $0.attachmentArn == attachment && $0.status == "ATTACHED" })
        else { return }
        advance(to: .pending, at: now)
    }

    /// Moves to a reported status. A task that stops by itself gets its cause here: agents never send one.
    /// - Parameter running: what the task is when its containers run.
    mutating func advance(
        reported status: TaskStatus, reason: String?, _ definition: ECS.TaskDefinition?,
        running: TaskStatus = .running, at now: Timestamp
    ) {
        if status == .stopped, desiredStatus == .running {
            let (code, text) = stopCause(reported: reason, definition)
            requestStop(code, text, at: now)
        }
        if status == .pending { advance(to: .pending, at: now) }
        if status == .running, desiredStatus == .running || lastStatus < .running { advance(to: running, at: now) }
        if status == .stopped { advance(to: interfaces.isEmpty ? .stopped : .deprovisioning, at: now) }
    }

    /// Source: Amazon ECS Developer Guide, Stopped task error codes.
    private func stopCause(
        reported reason: String?, _ definition: ECS.TaskDefinition?
    ) -> (ECS.TaskStopCode, String) {
        if startedAt != nil || containersRan(definition) {
            return (.essentialContainerExited, "Essential container in task exited")
        }
        let cause = reason.flatMap { $0.isEmpty ? nil : $0 } ?? containers.compactMap(\.reason).first
        return (.taskFailedToStart, cause ?? "Task failed to start")
    }

    /// Whether an essential container started and ended by itself before the task was reported RUNNING. When another
    /// one could not start, the agent stopped it for that.
    private func containersRan(_ definition: ECS.TaskDefinition?) -> Bool {
        let names = (definition?.containerDefinitions ?? []).filter { $0.essential ?? true }.map(\.name)
        let essential = containers.filter { names.contains($0.name) }
        return essential.contains { $0.exitCode != nil && $0.runtimeID != nil }
            && !essential.contains(where: \.failedToStart)
    }
}
