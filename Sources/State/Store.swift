import AWSWire

/// One record in its stored form.
package struct StoredRow: Sendable, Equatable {
    /// The table.
    package var kind: RecordKind
    /// The record's key in the table.
    package var key: String
    /// The record as JSON bytes.
    package var value: [UInt8]

    package init(kind: RecordKind, key: String, value: [UInt8]) {
        self.kind = kind
        self.key = key
        self.value = value
    }
}

/// What one flush writes: all of it or nothing.
package struct StoreBatch: Sendable {
    /// The revision the store has once the batch is durable.
    package var revision: Revision
    /// The revision of the state that the batch goes on from. A store that is at another one refuses the batch.
    package var base: Revision
    /// The time of the last decision in it.
    package var time: Timestamp
    /// The kinds whose rows are all removed, before anything else of the batch: one step instead of thousands. No kind
    /// twice; all kinds for an empty store.
    package var clears: [RecordKind]
    /// The keys to remove; a key that is not there is no error.
    package var deletes: [StoredName]
    /// The rows to insert or replace; no key twice.
    package var puts: [StoredRow]

    package init(
        revision: Revision, base: Revision, time: Timestamp = Timestamp(milliseconds: 0),
        clears: [RecordKind] = [], deletes: [StoredName] = [], puts: [StoredRow] = []
    ) {
        self.revision = revision
        self.base = base
        self.time = time
        self.clears = clears
        self.deletes = deletes
        self.puts = puts
    }

    /// Whether there is nothing to write.
    package var isEmpty: Bool { clears.isEmpty && deletes.isEmpty && puts.isEmpty }
}

/// The name of a stored record.
package struct StoredName: Sendable, Hashable {
    package var kind: RecordKind
    package var key: String

    package init(kind: RecordKind, key: String) {
        self.kind = kind
        self.key = key
    }
}

/// How far the history has come: a number that rises by one with every change of state.
package typealias Revision = UInt64

/// Where the history is kept. `MemoryStore` for tests, `SQLiteStore` for one server.
package protocol Store: Sendable {
    /// Whether other servers commit to it, too.
    var isShared: Bool { get }

    /// Reads everything, in any order, before the first commit.
    /// - Returns: the revision of the last batch that was committed; 0 for a new store.
    func load(_ row: (StoredRow) throws(StoreError) -> Void) throws(StoreError) -> Revision

    /// Makes a batch durable, then calls `completion` once, from any thread, perhaps before this returns.
    /// There is never more than one commit at a time, and the next one completes after this one's completion returned.
    /// A batch whose base is not the store's revision fails as a conflict and leaves no trace; an empty one asks just
    /// that of a shared store.
    /// - Parameter makeBatch: encodes the batch; called once. A store with a thread of its own calls it there, so that
    ///   nobody else spends the time.
    func commit(
        _ makeBatch: @escaping @Sendable () -> StoreBatch,
        completion: @escaping @Sendable (Result<Void, StoreError>) -> Void
    )

    /// Tells `listener` of everything that other servers commit after `revision`, each batch once and in order, until
    /// the store is gone. Called once.
    func follow(after revision: Revision, _ listener: @escaping @Sendable (StoreNews) -> Void)
}

extension Store {
    package var isShared: Bool { false }
    package func follow(after revision: Revision, _ listener: @escaping @Sendable (StoreNews) -> Void) {}
}

/// What a shared store tells a server.
package enum StoreNews: Sendable {
    /// Another server has committed a batch.
    case committed(StoreBatch)
    /// A server has not been heard of for so long that it counts as dead: by its name.
    case lost(server: String)
}

/// Why the store could not do its work.
package struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of trouble it is.
    package enum Code: String, Sendable {
        /// The disk is full.
        case full
        /// The file is not a database, or is damaged.
        case damaged
        /// Another process has the store.
        case locked
        /// Somebody else has committed since.
        case conflict
        /// Reading or writing failed in some other way.
        case io
    }

    package var code: Code
    /// A sentence that says what happened and what to do.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code): \(message)" }
}

extension StoreError {
    /// The store has moved on from where `batch` goes on.
    package static func conflict(_ batch: StoreBatch) -> StoreError {
        StoreError(.conflict, "Somebody else has written since revision \(batch.base).")
    }
}
