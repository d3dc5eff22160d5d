/// A snapshot that is being changed, and the list of its changes.
package struct Transaction: Sendable {
    /// The state with the changes so far.
    package private(set) var snapshot: Snapshot
    /// What was changed, in order.
    package private(set) var changes: [Change] = []

    /// Begins on `snapshot`.
    package init(_ snapshot: Snapshot) {
        self.snapshot = snapshot
    }

    /// Which account and region this is.
    package var realm: Realm { snapshot.realm }

    /// The record of `key` with the changes so far, or nil.
    package func get<R: TableRecord>(_ key: Key<R>) -> R? { snapshot.get(key) }

    /// Stores `record` in place of the one with the same key.
    package mutating func put<R: TableRecord>(_ record: R) { put(Box(record)) }

    private mutating func put<R: TableRecord>(_ box: Box<R>) {
        let old = snapshot.tables.put(box)
        changes.append(R.change(Delta(key: Key(path: box.path), old: old, new: box)))
    }

    /// Removes the record of `key`, if it is there.
    package mutating func delete<R: TableRecord>(_ key: Key<R>) {
        guard let old = snapshot.tables.delete(key) else { return }
        changes.append(R.change(Delta(key: key, old: old, new: nil as Box<R>?)))
    }

    /// Changes the record of `key` with `body`, if it is there.
    /// - Returns: the record as it is now, or nil.
    @discardableResult
    package mutating func update<R: TableRecord>(_ key: Key<R>, _ body: (inout R) -> Void) -> R? {
        guard var record = snapshot.get(key) else { return nil }
        body(&record)
        put(record)
        return record
    }

    /// Applies what a controller decided. What was worked out on the state that is here is taken over as it is.
    package mutating func apply(_ plan: Plan) {
        if changes.isEmpty, let outcome = plan.outcome, outcome.revision == snapshot.revision {
            (snapshot, changes) = (outcome, plan.changes)
            return
        }
        for change in plan.changes { apply(change) }
    }

    mutating func apply<R: TableRecord>(_ delta: Delta<R>) {
        if let new = delta.newBox { put(new) } else { delete(delta.key) }
    }

    /// Takes all changes back, the last one first.
    mutating func undo() {
        for change in changes.reversed() { revert(change) }
        changes = []
    }

    mutating func revert<R: TableRecord>(_ delta: Delta<R>) {
        if let old = delta.oldBox { _ = snapshot.tables.put(old) } else { _ = snapshot.tables.delete(delta.key) }
    }

    /// Begins with empty tables.
    /// - Returns: those that were there, so that what is derived from them need not be undone record by record.
    mutating func takeTables() -> Tables {
        defer { snapshot.tables = Tables() }
        return snapshot.tables
    }

    /// Takes the records of a kind over from tables that the transaction had before, or notes that they are removed.
    mutating func carry<R: TableRecord>(_ type: R.Type, from old: Tables, isKept: Bool) {
        R.table(of: old).forEachBox { box in
            if isKept {
                _ = snapshot.tables.put(box)
            } else {
                changes.append(R.change(Delta(key: Key(path: box.path), old: box, new: nil)))
            }
        }
    }

    /// The snapshot as the next revision, when something changed.
    mutating func finish() -> Snapshot {
        if !changes.isEmpty { snapshot.revision += 1 }
        return snapshot
    }
}
