import Scheduling
import State

/// The scheduler never starts a task beyond the maximum percent, and never takes a running task away below the minimum
/// percent by its own will.
struct ServiceWithinBounds: Invariant {
    static let name = "a service stays within its percentages"

    mutating func check(_ scene: Scene) -> String? {
        var started: Set<Key<ServiceRecord>> = []
        var stopped: Set<Key<ServiceRecord>> = []
        for case .task(let delta) in scene.applied {
            guard let new = delta.new, let name = new.service else { continue }
            let key = ServiceRecord.key(new.cluster, name)
            if delta.old == nil { started.insert(key) }
            if let old = delta.old, isVoluntaryStop(old, new) { stopped.insert(key) }
        }
        for key in started.sorted() {
            if let breach = excess(key, scene.head) { return breach }
        }
        for key in stopped.sorted() {
            if let breach = shortage(key, scene.head) { return breach }
        }
        return nil
    }

    /// A healthy running task that the scheduler takes away.
    private func isVoluntaryStop(_ old: TaskRecord, _ new: TaskRecord) -> Bool {
        old.desiredStatus == .running && old.lastStatus == .running && new.desiredStatus == .stopped
            && new.stopCode == .serviceSchedulerInitiated
            && !old.containers.contains { $0.healthStatus == .unhealthy }
    }

    private func excess(_ key: Key<ServiceRecord>, _ snapshot: Snapshot) -> String? {
        guard let service = snapshot.get(key), service.schedulingStrategy == .replica else { return nil }
        let total = snapshot.count(TaskRecord.self, .taskByService, prefix: "\(key.path)/RUNNING/")
        // Somebody else says how many tasks task sets have.
        guard service.deploymentController == .ecs else { return nil }
        let high = max(service.desiredCount, service.desiredCount * service.settings.maximumPercent / 100)
        guard !shiftsTraffic(service, snapshot) else { return nil }
        return total > high ? "\(key) has \(total) tasks, at most \(high) are allowed" : nil
    }

    /// Both revisions have all their tasks then.
    private func shiftsTraffic(_ service: ServiceRecord, _ snapshot: Snapshot) -> Bool {
        let key = ServiceDeploymentRecord.key(service.cluster, service.name, service.serviceDeployment ?? "")
        return snapshot.get(key)?.shiftsTraffic ?? false
    }

    private func shortage(_ key: Key<ServiceRecord>, _ snapshot: Snapshot) -> String? {
        guard let service = snapshot.get(key), service.schedulingStrategy == .replica, service.status == .active,
            service.deploymentController == .ecs
        else { return nil }
        let running = snapshot.count(TaskRecord.self, .taskByService, prefix: "\(key.path)/RUNNING/RUNNING/")
        let low = (service.desiredCount * service.settings.minimumHealthyPercent + 99) / 100
        return running < low ? "\(key) was left with \(running) running tasks, \(low) are the minimum" : nil
    }
}
