import State

/// A daemon has at most one task on an instance: an old one is gone before the new one comes.
struct DaemonRunsOnce: Invariant {
    static let name = "a daemon has one task on an instance"

    mutating func check(_ scene: Scene) -> String? {
        for case .task(let delta) in scene.applied where delta.old == nil {
            guard let task = delta.new, let daemon = task.daemon, let instance = task.instanceKey else { continue }
            let tasks = scene.head.liveTasks(on: instance).filter { $0.daemon == daemon }
            if tasks.count > 1 { return "\(tasks.count) tasks of the daemon \(daemon) are on \(instance)" }
        }
        return nil
    }
}
