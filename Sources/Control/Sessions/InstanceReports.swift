import AWSModels
import AWSWire
import Scheduling
import State

/// What sessions learn of instances and their tasks, as changes. Each writes observed fields only, and nothing when
/// nothing is new.
extension Transaction {
    /// An agent opened its session.
    /// - Parameters:
    ///   - session: names the session; the end of another one will not disconnect the instance.
    ///   - agent: the versions from the session's query.
    /// - Returns: whether the instance may have a session: it is registered and not INACTIVE.
    package mutating func connect(
        _ instance: Key<ContainerInstanceRecord>, session: String, of server: String? = nil, _ agent: AgentVersions,
        at now: Timestamp
    ) -> Bool {
        guard var record = get(instance), record.status != .inactive else { return false }
        record.agentConnected = true
        record.sessionID = session
        record.sessionServer = server
        if record.agentUpdateStatus == .updating {
            record.agentUpdateStatus = agent.version == record.agentVersion ? .failed : .updated
        }
        record.agentVersion = agent.version ?? record.agentVersion
        record.agentHash = agent.hash ?? record.agentHash
        record.dockerVersion = agent.docker ?? record.dockerVersion
        record.version += 1
        put(record)
        return true
    }

    /// An agent's session ended.
    package mutating func disconnect(_ instance: Key<ContainerInstanceRecord>, session: String) {
        guard var record = get(instance), record.agentConnected, record.sessionID == session else { return }
        record.agentConnected = false
        record.sessionID = nil
        record.sessionServer = nil
        record.version += 1
        put(record)
    }

    /// No session outlives its server: at the start of one, every instance is disconnected whose session is not with
    /// another server that lives.
    /// - Parameter servers: the names of those that live.
    package mutating func disconnectAll(except servers: Set<String> = []) {
        disconnect { record in !(record.sessionServer.map(servers.contains) ?? false) }
    }

    /// A server is gone, and its sessions with it.
    package mutating func disconnectAll(of server: String) {
        disconnect { record in record.sessionServer == server }
    }

    private mutating func disconnect(_ isConcerned: (ContainerInstanceRecord) -> Bool) {
        for var record in snapshot.list(ContainerInstanceRecord.self)
        where record.agentConnected && isConcerned(record) {
            record.agentConnected = false
            record.sessionID = nil
            record.sessionServer = nil
            put(record)
        }
    }

    /// The agent has taken the order to stop tasks.
    package mutating func noteStopping(_ tasks: [Key<TaskRecord>], at now: Timestamp) {
        for key in tasks {
            guard var task = get(key), task.orderedStatus == .stopped else { continue }
            let status = task.lastStatus
            guard status >= .running, task.advance(to: .stopping, at: now) else { continue }
            store(task, was: status, at: now)
        }
    }

    /// The agent has begun to update itself, or refuses to. It comes back with the new version, or it has failed.
    /// Source: Amazon ECS API Reference, ContainerInstance (agentUpdateStatus). STAGING and STAGED are of agents that
    /// were told to fetch the new version before: nobody tells them.
    package mutating func noteUpdate(of instance: Key<ContainerInstanceRecord>, isAccepted: Bool) {
        guard var record = get(instance), record.agentUpdateStatus == .pending else { return }
        record.agentUpdateStatus = isAccepted ? .updating : .failed
        record.version += 1
        put(record)
    }

    /// The agent reports the health of containers.
    package mutating func noteHealth(_ reports: [HealthReport]) {
        for report in reports {
            guard var task = get(report.task), task.lastStatus != .stopped,
                let index = task.containers.firstIndex(where: { $0.name == report.container }),
                task.containers[index].healthStatus != report.health
            else { continue }
            task.containers[index].healthStatus = report.health
            task.version += 1
            put(task)
        }
    }

    /// The agent reports the state of the container runtime.
    package mutating func noteRuntime(
        _ instance: Key<ContainerInstanceRecord>, status: String, updatedAt: Timestamp, changedAt: Timestamp
    ) {
        guard var record = get(instance), ECS.InstanceHealthCheckState(rawValue: status) != nil,
            record.runtimeStatus != status || record.runtimeStatusChangedAt != changedAt
        else { return }
        record.runtimeStatus = status
        record.runtimeStatusUpdatedAt = updatedAt
        record.runtimeStatusChangedAt = changedAt
        put(record)
    }
}

/// The versions an agent names in its session's query.
package struct AgentVersions: Sendable, Equatable {
    package var version: String?
    package var hash: String?
    /// `DockerVersion: 20.10.24`.
    package var docker: String?

    package init(version: String?, hash: String?, docker: String?) {
        self.version = version
        self.hash = hash
        self.docker = docker
    }
}

/// The health of one container as its agent sees it.
package struct HealthReport: Sendable, Equatable {
    package var task: Key<TaskRecord>
    package var container: String
    package var health: ECS.HealthStatus

    package init(task: Key<TaskRecord>, container: String, health: ECS.HealthStatus) {
        self.task = task
        self.container = container
        self.health = health
    }
}
