import AWSWire

/// What is derived from the tables, and kept beside them.
struct Derived: Sendable {
    /// From the tasks: what each instance has given away. Keyed like the instance.
    var usage = SortedMap<InstanceUsage>()
    /// From the tasks: how many of a group are meant to run on an instance. The key is the instance's key and the
    /// group.
    var groupTasks = SortedMap<Int>()

    fileprivate mutating func addGroupTasks(_ number: Int, _ key: String) {
        let sum = (groupTasks[key] ?? 0) + number
        groupTasks[key] = sum == 0 ? nil : sum
    }

    fileprivate mutating func withUsage(
        of instance: Key<ContainerInstanceRecord>, _ body: (inout InstanceUsage) -> Void
    ) {
        var value = usage[instance.path] ?? InstanceUsage()
        body(&value)
        usage[instance.path] = value.isEmpty ? nil : value
    }
}

/// Where the count of a group's tasks on an instance stands.
func groupTasksKey(_ instance: Key<ContainerInstanceRecord>, _ group: String) -> String { instance.path + "/" + group }

extension TaskRecord {
    package static func derive(_ tables: inout Tables, _ old: Self?, _ new: Self?) {
        deriveUsage(&tables, old, new)
        deriveGroups(&tables, old, new)
    }

    /// A task counts in its group on its instance while it is meant to run.
    private static func deriveGroups(_ tables: inout Tables, _ old: Self?, _ new: Self?) {
        let (before, after) = (old?.placeInGroup, new?.placeInGroup)
        guard before != after else { return }
        if let before { tables.derived.addGroupTasks(-1, before) }
        if let after { tables.derived.addGroupTasks(1, after) }
    }

    private var placeInGroup: String? {
        desiredStatus == .running ? instanceKey.map { groupTasksKey($0, group) } : nil
    }

    /// A task holds its resources from the moment it is placed until it is STOPPED.
    private static func deriveUsage(_ tables: inout Tables, _ old: Self?, _ new: Self?) {
        if let old, old.holdsResources, let instance = old.instanceKey {
            if let new, new.holdsResources, new.instanceKey == instance { return }
            tables.derived.withUsage(of: instance) { $0.release(old) }
        }
        if let new, new.holdsResources, let instance = new.instanceKey {
            tables.derived.withUsage(of: instance) { $0.take(new) }
        }
    }
}
