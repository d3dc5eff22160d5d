import AWSModels
import AWSWire
import State

/// What a decision about a daemon reads of its instances and tasks.
struct DaemonView {
    /// The revision that every instance is to run; nil when there is none.
    let target: DaemonRevisionRecord?
    /// The instances that are to run it: ACTIVE, connected, and of one of its capacity providers; in order of ids.
    var instances: [DaemonInstance] = []
    /// The daemon's tasks that are meant to run, though their instance is none that keeps them.
    var strays: [String] = []

    init(_ daemon: DaemonRecord, in snapshot: Snapshot) {
        target = daemon.targetKey.flatMap { snapshot.get($0) }
        guard let target else { return }
        var tasks: [Box<TaskRecord>] = []
        snapshot.forEachLiveTask(of: daemon.key) { tasks.append($0) }
        tasks.sort { $0.value.id < $1.value.id }
        let request = snapshot.get(target.definitionKey).map { TaskRequest(target, $0) }
        // Order does not matter: the tasks are looked up by their instance.
        let onInstance = Dictionary(grouping: tasks) { $0.value.instanceID ?? "" }
        let active = snapshot.list(
            ContainerInstanceRecord.self, .instanceByStatus, prefix: "\(daemon.cluster)/ACTIVE/")
        var reader = TaskViewReader(snapshot, cluster: daemon.cluster)
        for instance in active where target.covers(instance) && instance.agentConnected {
            let tasks = (onInstance[instance.id] ?? []).map { reader.view(of: $0) }
            var view = DaemonInstance(id: instance.id, target: target.id, tasks)
            if view.isIdle { view.obstacle = request.flatMap { refusal(of: instance, for: $0, in: snapshot) } }
            instances.append(view)
        }
        strays = tasks.map(\.value).filter { $0.desiredStatus == .running && !target.keeps($0, in: snapshot) }
            .map(\.id)
    }
}

/// An instance that is to run a daemon's target revision, and the daemon's tasks there.
struct DaemonInstance {
    let id: String
    /// Tasks of the target, meant to run and not unhealthy. More than one is one too many.
    private(set) var current: [TaskView] = []
    /// Tasks of other revisions, meant to run.
    private(set) var outdated: [TaskView] = []
    /// Tasks that are meant to run and fail their health check.
    private(set) var unhealthy: [TaskView] = []
    /// Whether the daemon has no task there, not even one that stops.
    let isIdle: Bool
    /// Tasks that are meant to run and do not yet.
    private(set) var starting: [TaskView] = []
    /// Whether each task that is there runs, and is to run.
    let isAtRest: Bool
    /// Why a task cannot be started there, when there is none.
    var obstacle: PlacementFailure?

    init(id: String, target: String, _ tasks: [TaskView]) {
        self.id = id
        isIdle = tasks.isEmpty
        isAtRest = tasks.allSatisfy { $0.desiredStatus == .running && $0.lastStatus == .running }
        for task in tasks where task.desiredStatus == .running {
            if task.lastStatus < .running { starting.append(task) }
            if task.health == .unhealthy {
                unhealthy.append(task)
            } else if task.daemonRevision == target {
                current.append(task)
            } else {
                outdated.append(task)
            }
        }
    }

    /// Whether the daemon's target runs there, and is healthy when that can be known.
    var isServed: Bool {
        guard let task = current.first, task.lastStatus == .running else { return false }
        return task.health == nil || task.health == .healthy
    }
}

extension DaemonRevisionRecord {
    /// Whether the instance is of one of the daemon's capacity providers.
    func covers(_ instance: ContainerInstanceRecord) -> Bool {
        instance.capacityProviderName.map(capacityProviders.contains) ?? false
    }

    /// Whether the daemon's task stays where it is: also while its agent is away, and on a draining instance as long as
    /// others need it there.
    fileprivate func keeps(_ task: TaskRecord, in snapshot: Snapshot) -> Bool {
        guard let instance = task.instanceKey.flatMap({ snapshot.get($0) }), covers(instance) else { return false }
        switch instance.status {
        case .active: return true
        case .draining: return snapshot.liveTasks(on: instance.key).contains { $0.daemon == nil }
        default: return false
        }
    }
}

extension TaskRequest {
    /// What a daemon's task wants of its instance.
    package init(_ revision: DaemonRevisionRecord, _ definition: DaemonTaskDefinitionRecord) {
        self.init(cluster: revision.cluster, definition: definition, group: "daemon:\(revision.daemon)")
        daemon = revision.daemon
    }
}
