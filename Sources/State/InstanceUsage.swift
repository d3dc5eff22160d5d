/// What an instance has given to the tasks on it: the sum over its tasks that are not STOPPED.
///
/// Derived from the task records whenever one changes, and anew when the store is loaded, so it cannot drift.
/// Source: Amazon ECS API Reference, ContainerInstance.remainingResources: resources return when a task is STOPPED.
package struct InstanceUsage: Sendable, Equatable {
    /// 1,024 to a core.
    package var cpuUnits = 0
    package var memoryMiB = 0
    /// Static TCP host ports, sorted.
    package var ports: [Int] = []
    /// Static UDP host ports, sorted.
    package var udpPorts: [Int] = []
    /// The ids of GPUs, sorted.
    package var gpuIDs: [String] = []
    /// Network interfaces for tasks of network mode awsvpc.
    package var interfaces = 0
    /// The number of tasks.
    package var tasks = 0
    /// The number of tasks that are meant to run and are RUNNING.
    package var running = 0
    /// The number of tasks that are meant to run and do not yet.
    package var pending = 0

    package init() {}

    /// Whether no task is there.
    package var isEmpty: Bool { tasks == 0 }

    /// Adds what `task` takes.
    package mutating func take(_ task: TaskRecord) {
        cpuUnits += task.cpuUnits
        memoryMiB += task.memoryMiB
        interfaces += task.interfaceCount
        tasks += 1
        count(task.progress, 1)
        ports = (ports + task.hostPorts).sorted()
        udpPorts = (udpPorts + task.hostUDPPorts).sorted()
        if task.gpuCount > 0 { gpuIDs = (gpuIDs + task.containers.flatMap(\.gpuIDs)).sorted() }
    }

    /// Returns what `task` took.
    package mutating func release(_ task: TaskRecord) {
        cpuUnits -= task.cpuUnits
        memoryMiB -= task.memoryMiB
        interfaces -= task.interfaceCount
        tasks -= 1
        count(task.progress, -1)
        for port in task.hostPorts { ports.removeFirst(equalTo: port) }
        for port in task.hostUDPPorts { udpPorts.removeFirst(equalTo: port) }
        if task.gpuCount > 0 { for id in task.containers.flatMap(\.gpuIDs) { gpuIDs.removeFirst(equalTo: id) } }
    }
}

extension InstanceUsage {
    /// How far a task that is meant to run has come.
    enum Progress: Equatable {
        case pending, running
    }

    mutating func count(_ progress: Progress?, _ number: Int) {
        switch progress {
        case .pending: pending += number
        case .running: running += number
        case nil: break
        }
    }
}

extension TaskRecord {
    /// Nil for a task that is not meant to run, or does no more.
    var progress: InstanceUsage.Progress? {
        guard desiredStatus == .running else { return nil }
        return lastStatus.isPending ? .pending : lastStatus == .running ? .running : nil
    }

    /// Whether the task still has its part of the instance.
    package var holdsResources: Bool { lastStatus != .stopped && instanceID != nil }
}

extension Array where Element: Equatable {
    fileprivate mutating func removeFirst(equalTo value: Element) {
        guard let index = firstIndex(of: value) else {
            preconditionFailure("a task returns only what it has taken")
        }
        remove(at: index)
    }
}
