import AWSModels
import AWSWire
import State

/// Tasks that wait in PROVISIONING for an instance that their capacity provider is to bring.
/// Source: Amazon ECS Developer Guide, Amazon ECS managed scaling behavior.
package enum Provisioning {
    /// The most tasks of a cluster that may be in PROVISIONING.
    /// Source: Amazon ECS service quotas, Tasks in PROVISIONING state per cluster.
    package static let maximumTasks = 500

    /// How long a task waits before it counts as failed to start.
    /// Observed: between 10 and 30 minutes.
    package static let patience: Duration = .seconds(15 * 60)

    /// The event of a service whose capacity provider has no instance and brings none.
    /// Source: Amazon ECS Developer Guide, Service event messages.
    package static let emptyProviderEvent =
        "was unable to reach steady state. Reason: No Container Instances were found in your capacity provider."

    /// The event of a service that cannot start more tasks because too many wait.
    /// Source: Amazon ECS Developer Guide, Service event messages.
    package static let limitEvent =
        "was unable to place tasks in your cluster because the tasks provisioning capacity limit was exceeded."

    /// Whether another task may wait in `cluster`.
    package static func hasRoom(in cluster: String, _ snapshot: Snapshot) -> Bool {
        snapshot.tally(of: cluster).tasks(.provisioning) < maximumTasks
    }

    /// The tasks that wait in a cluster, the first one first.
    package static func waitingTasks(in cluster: String, _ snapshot: Snapshot) -> [TaskRecord] {
        snapshot.list(TaskRecord.self, .taskInProvisioning, prefix: "\(cluster)/").filter(\.awaitsCapacity)
            .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    /// Why a task that waited in vain could not start.
    /// Source: Amazon ECS Developer Guide, Stopped task error messages (TaskFailedToStart).
    package static func failureReason(
        _ refused: [RefusedInstance], of provider: String?, in cluster: String, _ snapshot: Snapshot
    ) -> String {
        if let closest = refused.max(by: { $0.failure.depth < $1.failure.depth }) {
            return "TaskFailedToStart: \(closest.failure.reason)"
        }
        let hasInstances = snapshot.list(ContainerInstanceRecord.self, prefix: "\(cluster)/").contains { instance in
            instance.status != .inactive && (provider == nil || instance.capacityProviderName == provider)
        }
        return "TaskFailedToStart: \(hasInstances ? "NO ACTIVE INSTANCES" : "EMPTY CAPACITY PROVIDER")"
    }
}

extension TaskRequest {
    /// What a task that waits wants of its instance.
    /// - Returns: nil when its definition is gone.
    package init?(waiting task: TaskRecord, in snapshot: Snapshot) {
        guard let definition = snapshot.get(task.definitionKey) else { return nil }
        self.init(
            cluster: task.cluster, definition: definition, overrides: task.overrides, group: task.group,
            constraints: task.placementConstraints, strategies: task.placementStrategy)
        capacityProvider = task.capacityProviderName
        use(task.networkConfiguration, in: snapshot.realm)
    }
}
