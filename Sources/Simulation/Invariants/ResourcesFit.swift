import State

/// No instance gives away more than it has, of CPU, memory or any port; and what is derived from the tasks is what a
/// sum over them gives.
struct ResourcesFit: Invariant {
    static let name = "an instance gives away no more than it has"

    mutating func check(_ scene: Scene) -> String? {
        var concerned: Set<Key<ContainerInstanceRecord>> = []
        for change in scene.applied {
            switch change {
            case .task(let delta): (delta.new ?? delta.old)?.instanceKey.map { _ = concerned.insert($0) }
            case .containerInstance(let delta): concerned.insert(delta.key)
            default: break
            }
        }
        if scene.isReloaded {
            concerned.formUnion(scene.head.list(ContainerInstanceRecord.self).map(\.key))
        }
        guard !concerned.isEmpty else { return nil }
        for key in concerned.sorted() {
            var sum = InstanceUsage()
            for task in scene.head.liveTasks(on: key) { sum.take(task) }
            if let breach = breach(key, sum, scene.head) { return breach }
        }
        return scene.isReloaded ? unlisted(scene.head) : nil
    }

    /// What is live on an instance is found by the index that the sum above relies on.
    private func unlisted(_ snapshot: Snapshot) -> String? {
        let live = snapshot.list(TaskRecord.self).filter { $0.holdsResources }
        let listed = Set(live.compactMap(\.instanceKey)).reduce(0) { $0 + snapshot.liveTasks(on: $1).count }
        return live.count == listed ? nil : "\(live.count) tasks are live, \(listed) are listed"
    }

    private func breach(
        _ key: Key<ContainerInstanceRecord>, _ sum: InstanceUsage, _ snapshot: Snapshot
    ) -> String? {
        if snapshot.usage(of: key) != sum { return "the usage of \(key) is \(snapshot.usage(of: key)), not \(sum)" }
        guard let instance = snapshot.get(key) else {
            return sum.isEmpty ? nil : "\(sum.tasks) tasks are on \(key), which is not there"
        }
        if instance.status == .inactive, !sum.isEmpty { return "\(sum.tasks) tasks are on \(key), which is INACTIVE" }
        if sum.cpuUnits > instance.cpuUnits {
            return "\(key) gives away \(sum.cpuUnits) of \(instance.cpuUnits) CPU units"
        }
        if sum.memoryMiB > instance.memoryMiB {
            return "\(key) gives away \(sum.memoryMiB) of \(instance.memoryMiB) MiB"
        }
        let ports = sum.ports + instance.reservedPorts
        return Set(ports).count < ports.count ? "\(key) gives away a port twice: \(ports.sorted())" : nil
    }
}
