import NodeLink
import Scheduling
import State
import Synchronization

/// Knows the open agent sessions and tells each of the durable changes that concern its instance.
package final class SessionHub: Sendable {
    private let sessions = Mutex<[String: any AssignmentListener]>([:])

    package init() {}

    /// Makes `listener` the one of an instance, in place of an earlier one.
    package func attach(_ listener: any AssignmentListener, to instance: Key<ContainerInstanceRecord>) {
        let earlier = sessions.withLock { $0.updateValue(listener, forKey: instance.path) }
        if let earlier, earlier !== listener { earlier.superseded() }
    }

    /// Forgets `listener`, unless another one has taken its place.
    package func detach(_ listener: any AssignmentListener, from instance: Key<ContainerInstanceRecord>) {
        sessions.withLock { sessions in
            if let current = sessions[instance.path], current === listener { sessions[instance.path] = nil }
        }
    }

    /// Tells an instance's agent something that is no part of the state.
    /// - Returns: whether there is a session to tell it in.
    package func tell(_ message: ACSMessage, to instance: Key<ContainerInstanceRecord>) -> Bool {
        guard let listener = listener(of: instance) else { return false }
        listener.tell(message)
        return true
    }

    /// The number of open sessions.
    package var count: Int { sessions.withLock { $0.count } }

    /// Tells the sessions of changes that became durable.
    package func publish(_ changes: [Change], _ snapshot: Snapshot) {
        var tasks: [String: [Key<TaskRecord>]] = [:]
        var instances: Set<String> = []
        for change in changes {
            switch change {
            case .task(let delta):
                if let instance = (delta.newBox ?? delta.oldBox)?.value.instanceKey {
                    tasks[instance.path, default: []].append(delta.key)
                }
            case .containerInstance(let delta):
                let mustUpdate =
                    delta.new?.agentUpdateStatus == .pending && delta.old?.agentUpdateStatus != .pending
                if delta.new?.status == .inactive || mustUpdate { instances.insert(delta.key.path) }
            default: break
            }
        }
        announce(changes, snapshot)
        guard !tasks.isEmpty || !instances.isEmpty else { return }
        let listeners = sessions.withLock { $0 }
        for path in Set(tasks.keys).union(instances).sorted() {
            listeners[path]?.changed(tasks[path] ?? [], snapshot)
        }
    }
}

extension SessionHub {
    /// Tells instances of images that a deployment will want there.
    private func announce(_ changes: [Change], _ snapshot: Snapshot) {
        for change in changes {
            guard case .serviceDeployment(let delta) = change, delta.old == nil, let deployment = delta.new,
                let plan = PrePull(of: deployment, snapshot)
            else { continue }
            for instance in plan.instances { listener(of: instance)?.expected(plan.images) }
        }
    }

    private func listener(of instance: Key<ContainerInstanceRecord>) -> (any AssignmentListener)? {
        sessions.withLock { $0[instance.path] }
    }
}

/// An open agent session, as the hub sees it.
package protocol AssignmentListener: AnyObject, Sendable {
    /// Tasks of the instance changed, or the instance itself. Called from any thread; must be quick.
    func changed(_ tasks: [Key<TaskRecord>], _ snapshot: Snapshot)
    /// The agent has opened another session.
    func superseded()
    /// Tasks will want these images on the instance soon. Only told to agents of ours.
    func expected(_ images: [String])
    /// Something to tell the agent that is no part of the state.
    func tell(_ message: ACSMessage)
}

extension AssignmentListener {
    package func expected(_ images: [String]) {}
    package func tell(_ message: ACSMessage) {}
}
