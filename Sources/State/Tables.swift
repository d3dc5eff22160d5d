import AWSWire

/// The tables of a snapshot, one for each kind of record, and what is derived from them.
package struct Tables: Sendable {
    var clientToken = Table<ClientTokenRecord>()
    var cluster = Table<ClusterRecord>()
    var containerInstance = Table<ContainerInstanceRecord>()
    var service = Table<ServiceRecord>()
    var task = Table<TaskRecord>()
    var taskDefinition = Table<TaskDefinitionRecord>()
    var taskDefinitionFamily = Table<TaskDefinitionFamilyRecord>()
    /// Derived from the tasks: what each instance has given away. Keyed like the instance.
    var usage = SortedMap<InstanceUsage>()
    /// Derived from the tasks: how many of a group are meant to run on an instance. The key is the instance's key and
    /// the group.
    var groupTasks = SortedMap<Int>()

    /// Puts a record read from disk into its table.
    mutating func load(_ row: StoredRow) throws(StoreError) {
        switch row.kind {
        case .clientToken: try load(ClientTokenRecord.self, row)
        case .cluster: try load(ClusterRecord.self, row)
        case .containerInstance: try load(ContainerInstanceRecord.self, row)
        case .service: try load(ServiceRecord.self, row)
        case .task: try load(TaskRecord.self, row)
        case .taskDefinition: try load(TaskDefinitionRecord.self, row)
        case .taskDefinitionFamily: try load(TaskDefinitionFamilyRecord.self, row)
        }
    }

    private mutating func load<R: TableRecord>(_ type: R.Type, _ row: StoredRow) throws(StoreError) {
        let record = R(stored: row.value)
        guard record.key.path == row.key else {
            throw StoreError(.damaged, "the stored \(row.kind.rawValue) \(row.key) cannot be read")
        }
        _ = put(Box(record))
    }

    /// Stores a record and keeps what is derived from it.
    mutating func put<R: TableRecord>(_ box: Box<R>) -> Box<R>? {
        let old = R.withTable(of: &self) { $0.put(box) }
        R.derive(&self, old?.value, box.value)
        return old
    }

    /// Removes a record and keeps what is derived from it.
    mutating func delete<R: TableRecord>(_ key: Key<R>) -> Box<R>? {
        let old = R.withTable(of: &self) { $0.remove(key) }
        if let old { R.derive(&self, old.value, nil) }
        return old
    }
}

/// A record that has its place in `Tables`.
package protocol TableRecord: Record {
    /// The table the record lives in.
    static func table(of tables: Tables) -> Table<Self>
    /// Gives `body` the table to change.
    static func withTable<T>(of tables: inout Tables, _ body: (inout Table<Self>) -> T) -> T
    /// The change that a delta of this record is.
    static func change(_ delta: Delta<Self>) -> Change
    /// Keeps what is derived from records of this kind.
    static func derive(_ tables: inout Tables, _ old: Self?, _ new: Self?)
}

extension TableRecord {
    package static func derive(_ tables: inout Tables, _ old: Self?, _ new: Self?) {}
}

extension ClientTokenRecord: TableRecord {
    package static func table(of tables: Tables) -> Table<Self> { tables.clientToken }
    package static func withTable<T>(of tables: inout Tables, _ body: (inout Table<Self>) -> T) -> T {
        body(&tables.clientToken)
    }
    package static func change(_ delta: Delta<Self>) -> Change { .clientToken(delta) }
}

extension ClusterRecord: TableRecord {
    package static func table(of tables: Tables) -> Table<Self> { tables.cluster }
    package static func withTable<T>(of tables: inout Tables, _ body: (inout Table<Self>) -> T) -> T {
        body(&tables.cluster)
    }
    package static func change(_ delta: Delta<Self>) -> Change { .cluster(delta) }
}

extension ContainerInstanceRecord: TableRecord {
    package static func table(of tables: Tables) -> Table<Self> { tables.containerInstance }
    package static func withTable<T>(of tables: inout Tables, _ body: (inout Table<Self>) -> T) -> T {
        body(&tables.containerInstance)
    }
    package static func change(_ delta: Delta<Self>) -> Change { .containerInstance(delta) }
}

extension ServiceRecord: TableRecord {
    package static func table(of tables: Tables) -> Table<Self> { tables.service }
    package static func withTable<T>(of tables: inout Tables, _ body: (inout Table<Self>) -> T) -> T {
        body(&tables.service)
    }
    package static func change(_ delta: Delta<Self>) -> Change { .service(delta) }
}

extension TaskRecord: TableRecord {
    package static func table(of tables: Tables) -> Table<Self> { tables.task }
    package static func withTable<T>(of tables: inout Tables, _ body: (inout Table<Self>) -> T) -> T {
        body(&tables.task)
    }
    package static func change(_ delta: Delta<Self>) -> Change { .task(delta) }

    package static func derive(_ tables: inout Tables, _ old: Self?, _ new: Self?) {
        deriveUsage(&tables, old, new)
        deriveGroups(&tables, old, new)
    }

    /// A task counts in its group on its instance while it is meant to run.
    private static func deriveGroups(_ tables: inout Tables, _ old: Self?, _ new: Self?) {
        let (before, after) = (old?.placeInGroup, new?.placeInGroup)
        guard before != after else { return }
        if let before { tables.addGroupTasks(-1, before) }
        if let after { tables.addGroupTasks(1, after) }
    }

    private var placeInGroup: String? {
        desiredStatus == .running ? instanceKey.map { groupTasksKey($0, group) } : nil
    }

    /// A task holds its resources from the moment it is placed until it is STOPPED.
    private static func deriveUsage(_ tables: inout Tables, _ old: Self?, _ new: Self?) {
        if let old, old.holdsResources, let instance = old.instanceKey {
            if let new, new.holdsResources, new.instanceKey == instance { return }
            tables.withUsage(of: instance) { $0.release(old) }
        }
        if let new, new.holdsResources, let instance = new.instanceKey {
            tables.withUsage(of: instance) { $0.take(new) }
        }
    }
}

extension TaskDefinitionRecord: TableRecord {
    package static func table(of tables: Tables) -> Table<Self> { tables.taskDefinition }
    package static func withTable<T>(of tables: inout Tables, _ body: (inout Table<Self>) -> T) -> T {
        body(&tables.taskDefinition)
    }
    package static func change(_ delta: Delta<Self>) -> Change { .taskDefinition(delta) }
}

extension TaskDefinitionFamilyRecord: TableRecord {
    package static func table(of tables: Tables) -> Table<Self> { tables.taskDefinitionFamily }
    package static func withTable<T>(of tables: inout Tables, _ body: (inout Table<Self>) -> T) -> T {
        body(&tables.taskDefinitionFamily)
    }
    package static func change(_ delta: Delta<Self>) -> Change { .taskDefinitionFamily(delta) }
}

/// Where the count of a group's tasks on an instance stands.
func groupTasksKey(_ instance: Key<ContainerInstanceRecord>, _ group: String) -> String { instance.path + "/" + group }

extension Tables {
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
