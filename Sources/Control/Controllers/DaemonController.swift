import AWSModels
import AWSWire
import Scheduling
import State

/// Keeps a task of every daemon on each instance of its capacity providers, and brings deployments to their end.
package struct DaemonController: Controller {
    package static let name = "daemon"

    package init() {}

    package func subjects(of change: Change, in snapshot: Snapshot) -> [String] {
        switch change {
        case .daemon(let delta): return [delta.key.path]
        case .daemonDeployment(let delta):
            guard let deployment = delta.new else { return [] }
            return [DaemonRecord.key(deployment.cluster, deployment.daemon).path]
        case .task(let delta): return daemonsConcerned(by: delta, snapshot)
        case .containerInstance(let delta):
            guard let instance = delta.new ?? delta.old, !isSame(delta.old, delta.new) else { return [] }
            return daemons(on: instance, snapshot)
        case .alarm(let delta): return snapshot.daemons(watching: (delta.new ?? delta.old)?.name ?? "").map(\.path)
        default: return []
        }
    }

    /// A daemon leaves a draining instance after the last other task.
    private func daemonsConcerned(by delta: Delta<TaskRecord>, _ snapshot: Snapshot) -> [String] {
        guard let task = delta.newBox ?? delta.oldBox else { return [] }
        if let daemon = task.value.daemon { return [DaemonRecord.key(task.value.cluster, daemon).path] }
        guard delta.newBox?.value.lastStatus ?? .stopped == .stopped,
            let instance = task.value.instanceKey.flatMap({ snapshot.get($0) }),
            instance.status == .draining
        else { return [] }
        return daemons(on: instance, snapshot)
    }

    private func isSame(_ old: ContainerInstanceRecord?, _ new: ContainerInstanceRecord?) -> Bool {
        old?.status == new?.status && old?.agentConnected == new?.agentConnected
            && old?.capacityProviderName == new?.capacityProviderName
    }

    private func daemons(on instance: ContainerInstanceRecord, _ snapshot: Snapshot) -> [String] {
        guard instance.capacityProviderName != nil else { return [] }
        return snapshot.list(DaemonRecord.self, prefix: "\(instance.cluster)/").map(\.key.path)
    }

    package func allSubjects(in snapshot: Snapshot) -> [String] { snapshot.list(DaemonRecord.self).map(\.key.path) }

    package func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
        guard let daemon = snapshot.get(Key<DaemonRecord>(path: subject)),
            let deployment = snapshot.get(daemon.deploymentKey)
        else { return Plan() }
        let decision = decideDaemon(daemon, deployment, in: snapshot, at: context.now)
        var transaction = Transaction(snapshot)
        // Each status is a change of its own, and an event.
        var last = deployment
        for next in decision.passed + [decision.deployment] where next != last {
            transaction.put(next)
            last = next
        }
        if decision.isGone {
            transaction.delete(daemon.key)
        } else if decision.daemon != daemon {
            transaction.put(decision.daemon)
        }
        stop(decision, &transaction, context.now)
        start(decision, &transaction, &context)
        return Plan(transaction, wakeAt: decision.wakeAt)
    }

    private func stop(_ decision: DaemonDecision, _ tx: inout Transaction, _ now: Timestamp) {
        for stop in decision.stop {
            guard var task = tx.get(TaskRecord.key(decision.daemon.cluster, stop.id)) else { continue }
            let status = task.lastStatus
            task.requestStop(.serviceSchedulerInitiated, stop.reason, at: now)
            tx.store(task, was: status, at: now)
            if decision.failed.contains(stop.id) { tx.stopOthers(than: task, at: now) }
        }
    }

    private func start(_ decision: DaemonDecision, _ tx: inout Transaction, _ context: inout DecisionContext) {
        let daemon = decision.daemon
        guard !decision.start.isEmpty, let revision = daemon.targetKey.flatMap({ tx.get($0) }),
            let definition = tx.get(revision.definitionKey)
        else { return }
        var blueprint = TaskBlueprint(request: TaskRequest(revision, definition))
        blueprint.launchType = .managedInstances
        blueprint.startedBy = decision.deployment.id
        blueprint.daemonRevision = revision.id
        blueprint.enableExecuteCommand = revision.enableExecuteCommand
        blueprint.tags = propagatedTags(to: daemon, revision)
        for id in decision.start {
            guard let instance = tx.get(ContainerInstanceRecord.key(daemon.cluster, id)) else { continue }
            blueprint.capacityProviderName = instance.capacityProviderName
            _ = tx.start(blueprint, on: instance, &context)
        }
    }
}
