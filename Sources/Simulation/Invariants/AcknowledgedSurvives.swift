import AWSWire
import Scheduling
import State

/// What a client was told of success is there, after any crash, until it is deleted or has had its time.
struct AcknowledgedSurvives: Invariant {
    static let name = "what was acknowledged survives"

    private var definitions: Set<Key<TaskDefinitionRecord>> = []
    private var tasks: Set<Key<TaskRecord>> = []
    private var stopped: Set<Key<TaskRecord>> = []
    private var services: Set<Key<ServiceRecord>> = []

    mutating func check(_ scene: Scene) -> String? {
        for acknowledgement in scene.acknowledged { take(acknowledgement) }
        for change in scene.hardened {
            if let breach = removal(change, scene) { return breach }
        }
        guard scene.isReloaded || !scene.acknowledged.isEmpty else { return nil }
        return absence(scene.durable)
    }

    private mutating func take(_ acknowledgement: Acknowledgement) {
        switch acknowledgement {
        case .definition(let key): definitions.insert(key)
        case .started(_, let keys): tasks.formUnion(keys)
        case .stopped(let key): stopped.insert(key)
        case .service(let key, _): services.insert(key)
        case .serviceDeleted(let key): services.remove(key)
        }
    }

    /// Records go only when their time has come.
    private mutating func removal(_ change: Change, _ scene: Scene) -> String? {
        switch change {
        case .task(let delta):
            guard delta.new == nil else { return nil }
            tasks.remove(delta.key)
            stopped.remove(delta.key)
            let end = delta.old?.stoppedAt?.advanced(by: Retention.stoppedTask)
            return end.map { $0 <= scene.now } ?? false ? nil : "\(delta.key) was removed before its time"
        case .daemon(let delta):
            guard delta.new == nil, delta.old?.status == .active else { return nil }
            return "\(delta.key) was removed without being deleted"
        case .taskSet(let delta):
            guard delta.new == nil, let set = delta.old, set.status != .draining else { return nil }
            // A deleted service takes its task sets along; one of its name may be there again.
            let service = ServiceRecord.key(set.cluster, set.service)
            let isServiceGone = scene.hardened.contains { change in
                if case .service(let delta) = change {
                    delta.key == service && delta.new?.status == .inactive
                } else {
                    false
                }
            }
            return isServiceGone ? nil : "\(delta.key) was removed without being deleted"
        case .target(let delta):
            guard delta.new == nil, delta.old?.drainingSince == nil else { return nil }
            return "\(delta.key) was removed without having drained"
        case .networkInterface(let delta):
            guard delta.new == nil, let task = delta.old?.task else { return nil }
            let isOver = scene.durable.get(Key<TaskRecord>(path: task)).map { $0.lastStatus == .stopped } ?? true
            return isOver ? nil : "\(delta.key) was removed before its task was STOPPED"
        default: return change.isRemoval ? "\(change.name.key) was removed within a day" : nil
        }
    }

    private func absence(_ snapshot: Snapshot) -> String? {
        for key in definitions.sorted() where snapshot.get(key) == nil { return "\(key) is not there" }
        for key in tasks.sorted() where snapshot.get(key) == nil { return "\(key) is not there" }
        for key in stopped.sorted() where snapshot.get(key)?.desiredStatus == .running { return "\(key) is to run" }
        for key in services.sorted() where snapshot.get(key) == nil { return "\(key) is not there" }
        return nil
    }
}
