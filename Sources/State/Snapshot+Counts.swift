/// Questions about a snapshot that several parts ask.
extension Snapshot {
    /// The tasks on an instance that are meant to run and are RUNNING.
    /// Source: Amazon ECS API Reference, ContainerInstance.runningTasksCount.
    package func runningTasksCount(on instance: Key<ContainerInstanceRecord>) -> Int {
        count(TaskRecord.self, .taskByInstance, prefix: "\(instance.path)/RUNNING/RUNNING/")
    }

    /// The tasks on an instance that are meant to run and do not yet.
    package func pendingTasksCount(on instance: Key<ContainerInstanceRecord>) -> Int {
        TaskStatus.allCases.filter(\.isPending).reduce(0) { sum, status in
            sum + count(TaskRecord.self, .taskByInstance, prefix: "\(instance.path)/RUNNING/\(status.rawValue)/")
        }
    }

    /// The tasks on an instance that are not STOPPED, in order of their ids.
    package func liveTasks(on instance: Key<ContainerInstanceRecord>) -> [TaskRecord] {
        liveTasks(.taskByInstance, "\(instance.path)/")
    }

    /// The tasks of a service that are not STOPPED, in order of their ids.
    package func liveTasks(of service: Key<ServiceRecord>) -> [TaskRecord] {
        liveTasks(.taskByService, "\(service.path)/")
    }

    /// The tasks of a daemon that are not STOPPED, in order of their ids.
    package func liveTasks(of daemon: Key<DaemonRecord>) -> [TaskRecord] {
        liveTasks(.taskByDaemon, "\(daemon.path)/")
    }

    /// The task sets of a service, in order of their ids.
    package func taskSets(of service: Key<ServiceRecord>) -> [TaskSetRecord] {
        list(TaskSetRecord.self, prefix: "\(service.path)/")
    }

    /// Looks only where live tasks can be: a service's stopped tasks of the last hour may be many.
    private func liveTasks(_ index: IndexName, _ prefix: String) -> [TaskRecord] {
        var tasks = list(TaskRecord.self, index, prefix: prefix + "RUNNING/")
        for status in TaskStatus.allCases where status != .stopped {
            tasks += list(TaskRecord.self, index, prefix: "\(prefix)STOPPED/\(status.rawValue)/")
        }
        return tasks.sorted { $0.id < $1.id }
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
