import AWSWire

/// What a controller decided: the only way it changes state.
package struct Plan: Sendable, Equatable {
    /// The records to store and remove, in order; empty when there is nothing to do.
    package let changes: [Change]
    /// When to decide again though nothing changes; nil for never.
    package var wakeAt: Timestamp?
    /// The state with the changes, when they were worked out in a transaction.
    let outcome: Snapshot?

    package init(changes: [Change] = [], wakeAt: Timestamp? = nil) {
        self.init(changes, wakeAt, outcome: nil)
    }

    /// The changes of a transaction that a decision was worked out in.
    package init(_ transaction: Transaction, wakeAt: Timestamp? = nil) {
        self.init(transaction.changes, wakeAt, outcome: transaction.snapshot)
    }

    private init(_ changes: [Change], _ wakeAt: Timestamp?, outcome: Snapshot?) {
        self.changes = changes
        self.wakeAt = wakeAt
        self.outcome = outcome
    }

    package static func == (left: Plan, right: Plan) -> Bool {
        left.changes == right.changes && left.wakeAt == right.wakeAt
    }
}
