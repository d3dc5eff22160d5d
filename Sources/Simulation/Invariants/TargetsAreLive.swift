import Scheduling
import State

/// A target that gets requests is of a task that is meant to run, and no two tasks have the same place at a time.
struct TargetsAreLive: Invariant {
    static let name = "requests go to tasks that run"

    mutating func check(_ scene: Scene) -> String? {
        for change in scene.applied {
            switch change {
            case .target(let delta):
                if let target = scene.head.get(delta.key), let breach = breach(target, scene.head) { return breach }
            case .task(let delta):
                guard let task = scene.head.get(delta.key), task.desiredStatus == .stopped else { continue }
                for target in task.targets {
                    let record = target.key(scene.head.realm).flatMap { scene.head.get($0) }
                    if let record, let breach = breach(record, scene.head) { return breach }
                }
            default: continue
            }
        }
        return nil
    }

    private func breach(_ target: TargetRecord, _ snapshot: Snapshot) -> String? {
        guard target.drainingSince == nil, let path = target.task else { return nil }
        guard let task = snapshot.get(Key<TaskRecord>(path: path)), task.desiredStatus == .running else {
            return "\(target.key) is registered, its task \(path) is not to run"
        }
        let twin = snapshot.list(TargetRecord.self, .targetByID, prefix: "\(target.id)/").first { other in
            other.port == target.port && other.drainingSince == nil && other.task != nil && other.task != path
        }
        return twin.map { "\(target.key) and \($0.key) are one place of two tasks" }
    }
}
