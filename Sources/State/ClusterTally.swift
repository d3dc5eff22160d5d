import AWSModels

/// How many tasks a cluster has, by where they are in their lives and how they were launched.
package struct ClusterTally: Sendable, Equatable {
    /// What is counted together.
    struct Share: Hashable {
        var status: TaskStatus
        var launchType: ECS.LaunchType
    }

    private var counts: [Share: Int] = [:]

    /// The number of tasks that stand at `status`.
    package func tasks(_ status: TaskStatus) -> Int {
        ECS.LaunchType.allCases.reduce(0) { $0 + tasks(status, $1) }
    }

    /// The number of tasks that stand at `status` and were launched as `launchType`.
    package func tasks(_ status: TaskStatus, _ launchType: ECS.LaunchType) -> Int {
        counts[Share(status: status, launchType: launchType)] ?? 0
    }

    /// The number of tasks that are accepted and not yet running, of one launch type or of all.
    package func pendingTasks(_ launchType: ECS.LaunchType? = nil) -> Int {
        TaskStatus.allCases.filter(\.isPending).reduce(0) { sum, status in
            sum + (launchType.map { tasks(status, $0) } ?? tasks(status))
        }
    }

    /// The number of tasks that are not STOPPED.
    package var liveTasks: Int {
        TaskStatus.allCases.filter { $0 != .stopped }.reduce(0) { $0 + tasks($1) }
    }

    var isEmpty: Bool { counts.isEmpty }

    mutating func add(_ share: Share) { counts[share, default: 0] += 1 }

    mutating func remove(_ share: Share) {
        let count = counts[share, default: 0] - 1
        counts[share] = count == 0 ? nil : count
    }
}
