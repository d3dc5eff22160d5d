import AWSWire

/// What is derived from the tables, and kept beside them.
struct Derived: Sendable {
    /// From the tasks: what each instance has given away. Keyed like the instance.
    var usage = SortedMap<String, InstanceUsage>()
    /// From the instances: where each stands in the index of its cluster. Keyed like the instance.
    var places = SortedMap<String, InstancePlace>()
    /// From instances and tasks: what is left where, by cluster.
    var indexes = SortedMap<String, InstanceIndex>()
    /// From instances and tasks: how the groups are spread. The key is the cluster and the group.
    var spreads = SortedMap<String, GroupSpread>()
    /// From the tasks: what is counted of those of a service. Keyed like the service.
    var services = SortedMap<String, ServiceTally>()
    /// From the tasks: how many a cluster has, by cluster.
    var clusters = SortedMap<String, ClusterTally>()
    /// From listeners and rules: which of them forward to a target group. The key is the group's and theirs.
    var forwards = SortedMap<String, Bool>()

    fileprivate mutating func withUsage(
        of instance: Key<ContainerInstanceRecord>, _ body: (inout InstanceUsage) -> Void
    ) {
        let sum = usage.modify(instance.path, default: InstanceUsage()) { usage in
            body(&usage)
            return usage
        }
        if sum.isEmpty { usage[instance.path] = nil }
        if let place = places[instance.path] { show(sum, at: place, in: instance.cluster) }
    }

    fileprivate mutating func tally(cluster: String, _ change: (inout ClusterTally) -> Void) {
        let isEmpty = clusters.modify(cluster, default: ClusterTally()) { tally in
            change(&tally)
            return tally.isEmpty
        }
        if isEmpty { clusters[cluster] = nil }
    }

    fileprivate mutating func tally(_ service: String, _ change: (inout ServiceTally) -> Void) {
        let tally = services.modify(service, default: ServiceTally()) { tally in
            change(&tally)
            return tally
        }
        if tally.live == 0 { services[service] = nil }
    }

    /// Counts a task in its group, where its instance is known.
    fileprivate mutating func count(_ task: TaskRecord, _ change: (inout GroupSpread, InstancePlace) -> Void) {
        guard let instance = task.instanceKey, let place = places[instance.path] else { return }
        let key = spreadKey(task.cluster, task.group)
        let isEmpty = spreads.modify(key, default: GroupSpread()) { spread in
            change(&spread, place)
            return spread.isEmpty
        }
        if isEmpty { spreads[key] = nil }
    }
}

/// Where the spread of a group stands.
func spreadKey(_ cluster: String, _ group: String) -> String { keyPath(cluster, group) }

extension Key where R == ContainerInstanceRecord {
    /// The name of the cluster.
    package var cluster: String { String(path.prefix { $0 != "/" }) }
}

extension TaskRecord {
    package static func derive(_ tables: inout Tables, _ old: Self?, _ new: Self?) {
        deriveCluster(&tables, old, new)
        deriveUsage(&tables, old, new)
        deriveGroups(&tables, old, new)
        deriveService(&tables, old, new)
    }

    private static func deriveCluster(_ tables: inout Tables, _ old: Self?, _ new: Self?) {
        guard let cluster = (new ?? old)?.cluster else { return }
        let (before, after) = (old?.clusterShare, new?.clusterShare)
        guard before != after else { return }
        tables.derived.tally(cluster: cluster) { tally in
            if let before { tally.remove(before) }
            if let after { tally.add(after) }
        }
    }

    private var clusterShare: ClusterTally.Share { ClusterTally.Share(status: lastStatus, launchType: launchType) }

    /// A task counts in its service until it is STOPPED.
    private static func deriveService(_ tables: inout Tables, _ old: Self?, _ new: Self?) {
        let (before, after) = (old?.serviceShare, new?.serviceShare)
        guard before != after else { return }
        if let before { tables.derived.tally(before.service) { $0.remove(before) } }
        if let after { tables.derived.tally(after.service) { $0.add(after) } }
    }

    private var serviceShare: ServiceTally.Share? {
        guard let service, lastStatus != .stopped else { return nil }
        return ServiceTally.Share(
            service: keyPath(cluster, service),
            isUnhealthy: containers.contains { $0.healthStatus == .unhealthy },
            startedAt: lastStatus == .running ? startedAt : nil)
    }

    /// A task counts in its group on its instance while it is meant to run.
    private static func deriveGroups(_ tables: inout Tables, _ old: Self?, _ new: Self?) {
        let (before, after) = (old.flatMap(\.counted), new.flatMap(\.counted))
        if let before, let after, before.instanceID == after.instanceID, before.group == after.group { return }
        if let before { tables.derived.count(before) { $0.remove($1) } }
        if let after { tables.derived.count(after) { $0.add($1) } }
    }

    /// The task, if it counts in its group.
    fileprivate var counted: TaskRecord? { desiredStatus == .running && instanceID != nil ? self : nil }

    /// A task holds its resources from the moment it is placed until it is STOPPED.
    private static func deriveUsage(_ tables: inout Tables, _ old: Self?, _ new: Self?) {
        if let old, old.holdsResources, let instance = old.instanceKey {
            if let new, new.holdsResources, new.instanceID == old.instanceID {
                guard old.progress != new.progress else { return }
                // What is left on the instance is what was, so there is nothing to show.
                return tables.derived.usage.modify(instance.path, default: InstanceUsage()) { usage in
                    usage.count(old.progress, -1)
                    usage.count(new.progress, 1)
                }
            }
            tables.derived.withUsage(of: instance) { $0.release(old) }
        }
        if let new, new.holdsResources, let instance = new.instanceKey {
            tables.derived.withUsage(of: instance) { $0.take(new) }
        }
    }
}

extension ContainerInstanceRecord {
    package static func derive(_ tables: inout Tables, _ old: Self?, _ new: Self?) {
        guard let key = old?.key ?? new?.key else { return }
        // One that was deregistered has no place: nothing is looked for there any more.
        let new = new?.status == .inactive ? nil : new
        if let new, var place = tables.derived.places[key.path], place.traits == new.traits {
            guard place.whole != new.wholeRoom else { return }
            place.whole = new.wholeRoom
            tables.derived.places[key.path] = place
            return tables.derived.show(tables.derived.usage[key.path], at: place, in: key.cluster)
        }
        if let old { tables.derived.leave(old, counted: tables.counted(on: key)) }
        if let new { tables.derived.enter(new, counted: tables.counted(on: key)) }
    }
}

extension Tables {
    /// The tasks on an instance that count in their groups.
    fileprivate func counted(on instance: Key<ContainerInstanceRecord>) -> [TaskRecord] {
        var tasks: [TaskRecord] = []
        task.forEach(.taskByInstance, prefix: "\(instance.path)/") { task in
            if let task = task.counted { tasks.append(task) }
            return true
        }
        return tasks
    }
}

extension Derived {
    /// Gives an instance its place, and counts what is on it.
    fileprivate mutating func enter(_ instance: ContainerInstanceRecord, counted tasks: [TaskRecord]) {
        let place = indexes.modify(instance.cluster, default: InstanceIndex()) { $0.insert(instance) }
        places[instance.key.path] = place
        show(usage[instance.key.path], at: place, in: instance.cluster)
        for task in tasks { count(task) { $0.add($1) } }
    }

    /// Takes an instance from its place, and what is on it out of its count.
    fileprivate mutating func leave(_ instance: ContainerInstanceRecord, counted tasks: [TaskRecord]) {
        guard let place = places[instance.key.path] else { return }
        for task in tasks { count(task) { $0.remove($1) } }
        places[instance.key.path] = nil
        let isEmpty = indexes.modify(instance.cluster, default: InstanceIndex()) { index in
            index.remove(place)
            return index.isEmpty
        }
        if isEmpty { indexes[instance.cluster] = nil }
    }

    /// Shows in the index what the tasks on an instance have taken.
    fileprivate mutating func show(_ usage: InstanceUsage?, at place: InstancePlace, in cluster: String) {
        indexes.modify(cluster, default: InstanceIndex()) { $0.set(place, usage ?? InstanceUsage()) }
    }
}
