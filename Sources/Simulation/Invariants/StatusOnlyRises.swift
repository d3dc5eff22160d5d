import State

/// A task's `lastStatus` never goes back, a task that was told to stop stays so, and a STOPPED task never changes.
struct StatusOnlyRises: Invariant {
    static let name = "a task's status never goes back"

    /// The tasks as they were last durable.
    private var known: [Key<TaskRecord>: TaskRecord] = [:]

    mutating func check(_ scene: Scene) -> String? {
        for case .task(let delta) in scene.applied {
            if let old = delta.old, let new = delta.new, let breach = StatusOnlyRises.breach(old, new) { return breach }
        }
        for case .task(let delta) in scene.hardened {
            if let breach = take(delta.key, delta.new) { return breach }
        }
        guard scene.isReloaded else { return nil }
        for task in scene.durable.list(TaskRecord.self) {
            if let breach = take(task.key, task) { return breach }
        }
        return nil
    }

    private mutating func take(_ key: Key<TaskRecord>, _ new: TaskRecord?) -> String? {
        let old = known.updateValue(new ?? TaskRecord(), forKey: key)
        guard let new else {
            known[key] = nil
            return nil
        }
        return old.flatMap { StatusOnlyRises.breach($0, new) }
    }

    private static func breach(_ old: TaskRecord, _ new: TaskRecord) -> String? {
        if new.lastStatus < old.lastStatus {
            return "\(new.key) went from \(old.lastStatus.rawValue) to \(new.lastStatus.rawValue)"
        }
        if old.desiredStatus == .stopped, new.desiredStatus == .running { return "\(new.key) is to run again" }
        if old.lastStatus == .stopped, old != new { return "\(new.key) changed after it was STOPPED" }
        if new.version < old.version || (new.lastStatus != old.lastStatus && new.version == old.version) {
            return "\(new.key) has version \(new.version) after \(old.version)"
        }
        return nil
    }
}
