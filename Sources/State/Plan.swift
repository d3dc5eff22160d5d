import AWSWire

/// What a controller decided: the only way it changes state.
package struct Plan: Sendable, Equatable {
    /// The records to store and remove, in order; empty when there is nothing to do.
    package var changes: [Change]
    /// When to decide again though nothing changes; nil for never.
    package var wakeAt: Timestamp?

    package init(changes: [Change] = [], wakeAt: Timestamp? = nil) {
        self.changes = changes
        self.wakeAt = wakeAt
    }

    /// The changes of a transaction that a decision was worked out in.
    package init(_ transaction: Transaction, wakeAt: Timestamp? = nil) {
        self.init(changes: transaction.changes, wakeAt: wakeAt)
    }
}
