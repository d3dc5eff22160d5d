import AWSWire
import Agent
import State

/// A world as invariants see it after a step: the state, and what the step did.
package struct Scene {
    /// The virtual time.
    package var now: Timestamp
    /// The newest state; the durable one while the server is down.
    package var head: Snapshot
    /// The state no crash can undo.
    package var durable: Snapshot
    /// What was applied to the newest state in this step, in order.
    package var applied: [Change] = []
    /// What became durable in this step, in order.
    package var hardened: [Change] = []
    /// Whether a server loaded its store in this step.
    package var isReloaded = false
    /// What clients were told in this step.
    package var acknowledged: [Acknowledgement] = []
    /// What agents did in this step.
    package var acts: [AgentAct] = []
    /// The engines; nil when nothing in them changed.
    package var hosts: [HostView]?

    package init(now: Timestamp, head: Snapshot, durable: Snapshot) {
        self.now = now
        self.head = head
        self.durable = durable
    }
}

/// A success that a client was told of.
package enum Acknowledgement: Sendable, Equatable {
    case definition(Key<TaskDefinitionRecord>)
    /// Tasks of a RunTask.
    /// - Parameter token: the client token, if there was one.
    case started(token: String?, tasks: [Key<TaskRecord>])
    case stopped(Key<TaskRecord>)
    case service(Key<ServiceRecord>, desiredCount: Int)
    case serviceDeleted(Key<ServiceRecord>)
}

/// What an agent did, or was told.
package enum AgentAct: Sendable, Equatable {
    /// A new process; its journal knows that it has to stop some tasks.
    case agentStarted(host: String, stopping: Set<String>)
    /// The agent received an order to stop a task, by ARN.
    case toldToStop(host: String, task: String)
    case engine(host: String, EngineAction)
}

/// A host's engine.
package struct HostView: Sendable {
    package var name: String
    /// The instances that the host's agents were registered as, oldest first.
    package var instances: [Key<ContainerInstanceRecord>]
    /// Everything the engine has.
    package var containers: [SurveyedContainer]

    package init(name: String, instances: [Key<ContainerInstanceRecord>], containers: [SurveyedContainer]) {
        self.name = name
        self.instances = instances
        self.containers = containers
    }
}

extension Scene {
    /// The key of the task with an ARN.
    static func key(ofTask arn: String) -> Key<TaskRecord> {
        // Asked for each container after most steps: one pass over the bytes.
        let start = arn.utf8.firstIndex(of: UInt8(ascii: "/")).map(arn.utf8.index(after:)) ?? arn.startIndex
        return Key(path: String(arn[start...]))
    }
}
