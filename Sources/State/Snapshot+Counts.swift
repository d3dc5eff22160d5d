/// Questions about a snapshot that several parts ask.
extension Snapshot {
    /// The tasks on an instance that are meant to run and are RUNNING.
    /// Source: Amazon ECS API Reference, ContainerInstance.runningTasksCount.
    package func runningTasksCount(on instance: Key<ContainerInstanceRecord>) -> Int {
        usage(of: instance).running
    }

    /// The tasks on an instance that are meant to run and do not yet.
    package func pendingTasksCount(on instance: Key<ContainerInstanceRecord>) -> Int {
        usage(of: instance).pending
    }

    /// The tasks on an instance that are not STOPPED, in order of their ids.
    package func liveTasks(on instance: Key<ContainerInstanceRecord>) -> [TaskRecord] {
        ["RUNNING/", "STOPPED/LIVE/"].flatMap { place in
            list(TaskRecord.self, .taskByInstance, prefix: "\(instance.path)/\(place)")
        }.sorted { $0.id < $1.id }
    }

    /// The tasks of a service that are not STOPPED, in order of their ids.
    package func liveTasks(of service: Key<ServiceRecord>) -> [TaskRecord] {
        liveTasks(.taskByService, "\(service.path)/")
    }

    /// Calls `body` with the tasks of a service that are not STOPPED, in order of what they are meant to be and are.
    package func forEachLiveTask(of service: Key<ServiceRecord>, _ body: (Box<TaskRecord>) -> Void) {
        forEachLiveTask(.taskByService, "\(service.path)/", body)
    }

    /// Calls `body` with the tasks of a daemon that are not STOPPED, in order of what they are meant to be and are.
    package func forEachLiveTask(of daemon: Key<DaemonRecord>, _ body: (Box<TaskRecord>) -> Void) {
        forEachLiveTask(.taskByDaemon, "\(daemon.path)/", body)
    }

    /// The tasks of a daemon that are not STOPPED, in order of their ids.
    package func liveTasks(of daemon: Key<DaemonRecord>) -> [TaskRecord] {
        liveTasks(.taskByDaemon, "\(daemon.path)/")
    }

    /// The task sets of a service, in order of their ids.
    package func taskSets(of service: Key<ServiceRecord>) -> [TaskSetRecord] {
        list(TaskSetRecord.self, prefix: "\(service.path)/")
    }

    private func liveTasks(_ index: IndexName, _ prefix: String) -> [TaskRecord] {
        var tasks: [TaskRecord] = []
        forEachLiveTask(index, prefix) { tasks.append($0.value) }
        return tasks.sorted { $0.id < $1.id }
    }

    /// Where live tasks stand in orders by desired and last status.
    private static let livePlaces =
        ["RUNNING/"] + TaskStatus.allCases.filter { $0 != .stopped }.map { "STOPPED/\($0.rawValue)/" }

    /// Looks only where live tasks can be: a service's stopped tasks of the last hour may be many.
    private func forEachLiveTask(_ index: IndexName, _ prefix: String, _ body: (Box<TaskRecord>) -> Void) {
        for place in Snapshot.livePlaces { table(TaskRecord.self).forEachBox(index, prefix: prefix + place, body) }
    }

    /// The tasks of a service that are meant to run.
    package func tasksMeantToRun(of service: Key<ServiceRecord>) -> Int {
        count(TaskRecord.self, .taskByService, prefix: "\(service.path)/RUNNING/")
    }

    /// The tasks of a service that are meant to run and are RUNNING.
    package func runningTasksCount(of service: Key<ServiceRecord>) -> Int {
        count(TaskRecord.self, .taskByService, prefix: "\(service.path)/RUNNING/RUNNING/")
    }

    /// How many tasks a cluster has.
    package func tally(of cluster: String) -> ClusterTally { tables.derived.clusters[cluster] ?? ClusterTally() }

    /// The tasks of a service that are meant to run and whose containers do, though they are not registered yet.
    package func activatingTasks(of service: Key<ServiceRecord>) -> Int {
        count(TaskRecord.self, .taskByService, prefix: "\(service.path)/RUNNING/ACTIVATING/")
    }

    /// What is counted of the tasks of a service that are not STOPPED.
    package func tally(of service: Key<ServiceRecord>) -> ServiceTally {
        tables.derived.services[service.path] ?? ServiceTally()
    }

    /// The instances of a cluster that are to lose their tasks.
    package func drainingInstances(of cluster: String) -> [ContainerInstanceRecord] {
        list(ContainerInstanceRecord.self, .instanceByStatus, prefix: "\(cluster)/\(InstanceStatus.draining.rawValue)/")
    }

    /// The groups of the tasks that are meant to run on an instance.
    package func groups(on instance: ContainerInstanceRecord) -> [String] {
        list(TaskRecord.self, .taskByInstance, prefix: "\(instance.key.path)/RUNNING/").map(\.group)
    }
}

extension ContainerInstanceRecord {
    /// The value of an attribute; empty for one without a value; nil when there is none. Users' attributes win.
    package func attribute(_ name: String) -> String? {
        if let custom = customAttributes.last(where: { $0.name == name }) { return custom.value ?? "" }
        return attributes.last { $0.name == name }.map { $0.value ?? "" }
    }

    /// The zone the instance is in, when it says so.
    package var availabilityZone: String? { attribute("ecs.availability-zone") }
}
