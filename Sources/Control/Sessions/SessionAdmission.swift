import State

/// Whether an agent's session is let in.
package enum SessionAdmission: Sendable {
    case welcome
    /// The instance is not registered: the agent may ask again in an hour.
    case inactive
    /// The instance may be registered with another server, which this one has not heard of: the agent should try again.
    case unknown

    /// What an agent is told whose instance is not registered: the name of the exception, which it looks for, and why.
    package static let inactiveReason = "InactiveInstanceException: Container instance is inactive"

    /// - Parameter isShared: whether other servers register instances, too.
    package init(
        of instance: Key<ContainerInstanceRecord>, _ snapshot: Snapshot, isShared: Bool
    ) {
        switch snapshot.get(instance)?.status {
        case .inactive: self = .inactive
        case nil: self = isShared ? .unknown : .inactive
        default: self = .welcome
        }
    }
}
