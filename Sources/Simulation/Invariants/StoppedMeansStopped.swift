import Agent
import State

/// Nothing of a task that is STOPPED runs. Only on an instance that was taken out by force it may, until the agent
/// comes back as another one.
struct StoppedMeansStopped: Invariant {
    static let name = "nothing of a STOPPED task runs"

    private var stopped: [Key<TaskRecord>: Key<ContainerInstanceRecord>] = [:]

    mutating func check(_ scene: Scene) -> String? {
        for case .task(let delta) in scene.hardened { take(delta.new) }
        if scene.isReloaded {
            for task in scene.durable.list(TaskRecord.self) { take(task) }
        }
        for host in scene.hosts ?? [] {
            for container in host.containers where container.isRunning {
                let key = Scene.key(ofTask: container.reference.task)
                if let instance = stopped[key], scene.durable.get(instance)?.status != .inactive {
                    return "\(container.reference.container) of \(key) runs on \(host.name), the task is STOPPED"
                }
            }
        }
        return nil
    }

    private mutating func take(_ task: TaskRecord?) {
        guard let task, task.lastStatus == .stopped else { return }
        stopped[task.key] = task.instanceKey
    }
}
