/// Where a task is in its life, in order.
/// Source: Amazon ECS Developer Guide, Task lifecycle.
package enum TaskStatus: String, Sendable, CaseIterable, Comparable {
    case provisioning = "PROVISIONING"
    case pending = "PENDING"
    case activating = "ACTIVATING"
    case running = "RUNNING"
    case deactivating = "DEACTIVATING"
    case stopping = "STOPPING"
    case deprovisioning = "DEPROVISIONING"
    case stopped = "STOPPED"

    /// The position in the sequence; a task's only rises.
    package var order: Int {
        switch self {
        case .provisioning: 0
        case .pending: 1
        case .activating: 2
        case .running: 3
        case .deactivating: 4
        case .stopping: 5
        case .deprovisioning: 6
        case .stopped: 7
        }
    }

    package static func < (left: TaskStatus, right: TaskStatus) -> Bool { left.order < right.order }

    /// Whether the task counts as pending: accepted, not yet running.
    package var isPending: Bool { self < .running }
}
