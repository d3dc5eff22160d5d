import State

/// How many tasks of a group are meant to run on each instance of a cluster.
struct GroupCounts {
    private let group: String
    private let cluster: String
    private let snapshot: Snapshot

    init(_ group: String, in cluster: String, _ snapshot: Snapshot) {
        self.group = group
        self.cluster = cluster
        self.snapshot = snapshot
    }

    /// The number on one instance.
    func count(on instance: ContainerInstanceRecord) -> Int { snapshot.tasks(of: group, on: instance.key) }

    /// The numbers by a property of the instances.
    func counts(by value: (ContainerInstanceRecord) -> String) -> [String: Int] {
        var counts: [String: Int] = [:]
        for instance in snapshot.list(ContainerInstanceRecord.self, prefix: "\(cluster)/") {
            counts[value(instance), default: 0] += count(on: instance)
        }
        return counts
    }
}
