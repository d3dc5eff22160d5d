import AWSModels
import Scheduling
import State

/// The scheduler never starts a task beyond the maximum percent, and never takes a running task away below the minimum
/// percent by its own will. Behind load balancers the tasks that are healthy there are as many.
struct ServiceWithinBounds: Invariant {
    static let name = "a service stays within its percentages"

    mutating func check(_ scene: Scene) -> String? {
        var started: Set<Key<ServiceRecord>> = []
        var stopped: Set<Key<ServiceRecord>> = []
        var unserved: Set<Key<ServiceRecord>> = []
        for case .task(let delta) in scene.applied {
            guard let new = delta.new, let name = new.service else { continue }
            let key = ServiceRecord.key(new.cluster, name)
            if delta.old == nil { started.insert(key) }
            guard let old = delta.old, isVoluntaryStop(old, new), !fails(new, scene.head) else { continue }
            stopped.insert(key)
            if isServing(new, scene.head) { unserved.insert(key) }
        }
        for key in started.sorted() {
            if let breach = excess(key, scene.head) { return breach }
        }
        for key in stopped.sorted() {
            let breach = shortage(key, scene.head, of: "running") { $0.lastStatus == .running }
            if let breach { return breach }
        }
        for key in unserved.sorted() {
            let breach = shortage(key, scene.head, of: "healthy") { scene.head.targetHealth(of: $0) == .healthy }
            if let breach { return breach }
        }
        return nil
    }

    /// The targets of a task, which drain now: what was last known of their health stays with them.
    private func states(_ task: TaskRecord, _ snapshot: Snapshot) -> [ELB.TargetHealthStateEnum] {
        task.targets.compactMap { target in
            target.key(snapshot.realm).flatMap { snapshot.get($0) }?.health.state
        }
    }

    private func fails(_ task: TaskRecord, _ snapshot: Snapshot) -> Bool {
        states(task, snapshot).contains(.unhealthy)
    }

    private func isServing(_ task: TaskRecord, _ snapshot: Snapshot) -> Bool {
        !task.targets.isEmpty && states(task, snapshot) == task.targets.map { _ in .healthy }
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

    private func shortage(
        _ key: Key<ServiceRecord>, _ snapshot: Snapshot, of kind: String, _ counts: (TaskRecord) -> Bool
    ) -> String? {
        guard let service = snapshot.get(key), service.schedulingStrategy == .replica, service.status == .active,
            service.deploymentController == .ecs
        else { return nil }
        let left = snapshot.liveTasks(of: key).count { $0.desiredStatus == .running && counts($0) }
        let low = (service.desiredCount * service.settings.minimumHealthyPercent + 99) / 100
        return left < low ? "\(key) was left with \(left) \(kind) tasks, \(low) are the minimum" : nil
    }
}
