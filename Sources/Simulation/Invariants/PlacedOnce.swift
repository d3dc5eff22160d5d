import Agent
import State

/// A container is only ever of a task that was durably placed on this very instance, one engine container at a time
/// runs for it, and no two of a host have the same port.
struct PlacedOnce: Invariant {
    static let name = "a task runs once, where it was placed"

    /// Where tasks were placed.
    private var places: [Key<TaskRecord>: Key<ContainerInstanceRecord>] = [:]

    mutating func check(_ scene: Scene) -> String? {
        for case .task(let delta) in scene.hardened {
            guard let task = delta.new else { continue }
            if let breach = take(task) { return breach }
        }
        if scene.isReloaded {
            for task in scene.durable.list(TaskRecord.self) {
                if let breach = take(task) { return breach }
            }
        }
        return scene.hosts.flatMap { breach($0, scene.durable) }
    }

    private mutating func take(_ task: TaskRecord) -> String? {
        guard let place = task.instanceKey else {
            // It waits for its capacity provider, or did so in vain.
            let mayBeNowhere = task.awaitsCapacity || task.lastStatus == .stopped
            return mayBeNowhere && places[task.key] == nil ? nil : "\(task.key) is on no instance"
        }
        guard let earlier = places.updateValue(place, forKey: task.key), earlier != place else { return nil }
        return "\(task.key) was placed on \(earlier), then on \(place)"
    }

    private func breach(_ hosts: [HostView], _ snapshot: Snapshot) -> String? {
        var running: Set<ContainerReference> = []
        for host in hosts {
            var ports: Set<String> = []
            for container in host.containers {
                let key = Scene.key(ofTask: container.reference.task)
                guard let place = places[key] else { return "\(key) has a container and was not placed" }
                guard host.instances.contains(place) else {
                    return "\(key) of \(place) has a container on \(host.name)"
                }
                guard case .running(let start) = container.state else { continue }
                guard running.insert(container.reference).inserted else {
                    return "\(container.reference.container) of \(key) runs twice"
                }
                // What a forced deregistration gave up holds ports that others may be given.
                guard snapshot.get(place)?.status != .inactive else { continue }
                for binding in start.bindings where !ports.insert("\(binding.hostPort)/\(binding.protocol)").inserted {
                    return "port \(binding.hostPort) of \(host.name) is bound twice"
                }
            }
        }
        return nil
    }
}
