import Agent
import NodeLink
import State

/// Collects what happens during a step, for the invariants.
///
/// Safe because a world runs in one thread.
final class Evidence: @unchecked Sendable {
    var applied: [Change] = []
    var durable: [Change] = []
    /// What decisions changed that became durable together, each with the state it led to.
    var moments: [(changes: [Change], head: Snapshot)] = []
    var acknowledged: [Acknowledgement] = []
    var acts: [AgentAct] = []
    var areHostsChanged = false
    /// What a server loaded in this step.
    var loaded: Snapshot?
    /// Something that cannot be: the run ends.
    var broken: String?

    func reloaded(_ snapshot: Snapshot) { loaded = snapshot }

    /// What was applied and did not become durable is gone.
    func serverDied() {
        applied = []
    }

    /// Notes what an event tells an agent to stop.
    func note(_ event: AgentEvent, _ host: String) {
        guard case .received(let message) = event else { return }
        switch message {
        case .payload(let payload):
            guard payload.messageId != nil, payload.clusterArn != nil, payload.containerInstanceArn != nil else {
                return
            }
            for task in payload.tasks ?? [] where task.desiredStatus == "STOPPED" {
                if let arn = task.arn { acts.append(.toldToStop(host: host, task: arn)) }
            }
        default: return
        }
    }

    /// Whether there is nothing to look at.
    var isEmpty: Bool {
        applied.isEmpty && durable.isEmpty && acknowledged.isEmpty && acts.isEmpty && !areHostsChanged && loaded == nil
    }

    func clear() {
        applied = []
        durable = []
        moments = []
        acknowledged = []
        acts = []
        areHostsChanged = false
        loaded = nil
    }
}
