import AWSWire
import Synchronization

/// The writer lane: applies operations and plans one after another to the newest state, and answers when they are
/// durable.
///
/// The newest state (`head`) is ahead of the durable one by the changes that wait for the disk. Whoever decides sees
/// `head`; whoever only reads, and everyone outside the process, sees `durable`. All changes that wait are written in
/// one flush. When a flush fails, everything after the last durable state is undone and refused: nobody was told of it.
package final class Lane: Sendable {
    private struct Contents {
        var head: Snapshot
        var durable: Snapshot
        var random: SeededRandom
        /// What waits for the next flush.
        var waiting: [Entry] = []
        /// What the running flush carries; nil when none runs.
        var flushing: Flush?
    }

    /// One applied piece of work.
    private struct Entry {
        var changes: [Change]
        var reply: @Sendable (StoreError?) -> Void
    }

    private struct Flush {
        var snapshot: Snapshot
        var entries: [Entry]
    }

    private let contents: Mutex<Contents>
    private let store: any Store
    private let observer: any LaneObserver

    /// - Parameters:
    ///   - snapshot: the state as loaded from `store`.
    ///   - random: where the seeds of all decisions come from.
    package init(snapshot: Snapshot, store: any Store, random: SeededRandom, observer: any LaneObserver) {
        contents = Mutex(Contents(head: snapshot, durable: snapshot, random: random))
        self.store = store
        self.observer = observer
    }

    /// The newest state that no crash can undo.
    package var durable: Snapshot { contents.withLock { $0.durable } }

    /// The newest state.
    package var head: Snapshot { contents.withLock { $0.head } }

    /// Runs `work` on the newest state and keeps its changes.
    /// - Parameters:
    ///   - now: the time of the decision.
    ///   - work: decides; a thrown error undoes its changes.
    ///   - reply: called once: at once if `work` threw, else when everything that `work` saw is durable, or with the
    ///     store's error. Called from any thread; must not block.
    package func submit<Output: Sendable>(
        at now: Timestamp,
        _ work: (inout Transaction, inout DecisionContext) throws(WireError) -> Output,
        reply: @escaping @Sendable (Result<Output, LaneError>) -> Void
    ) {
        let step = contents.withLock { contents in apply(work, at: now, &contents, reply) }
        step.perform(self)
    }

    private func apply<Output: Sendable>(
        _ work: (inout Transaction, inout DecisionContext) throws(WireError) -> Output,
        at now: Timestamp, _ contents: inout Contents,
        _ reply: @escaping @Sendable (Result<Output, LaneError>) -> Void
    ) -> Step {
        var transaction = Transaction(contents.head)
        var context = DecisionContext(now: now, random: SeededRandom(seed: contents.random.next()))
        let output: Output
        do { output = try work(&transaction, &context) } catch { return .reply { reply(.failure(.refused(error))) } }
        let isUpToDate = contents.waiting.isEmpty && contents.flushing == nil
        if transaction.changes.isEmpty && isUpToDate { return .reply { reply(.success(output)) } }
        contents.head = transaction.finish()
        if !transaction.changes.isEmpty { observer.applied(transaction.changes) }
        contents.waiting.append(
            Entry(changes: transaction.changes) { error in
                reply(error.map { .failure(.store($0)) } ?? .success(output))
            })
        return startFlush(&contents)
    }

    /// What is left to do outside the lock.
    private enum Step: Sendable {
        case nothing
        case reply(@Sendable () -> Void)
        case commit(StoreBatch)

        func perform(_ lane: Lane) {
            switch self {
            case .nothing: break
            case .reply(let reply): reply()
            case .commit(let batch): lane.store.commit(batch) { lane.complete($0) }
            }
        }
    }

    private func startFlush(_ contents: inout Contents) -> Step {
        guard contents.flushing == nil, !contents.waiting.isEmpty else { return .nothing }
        contents.flushing = Flush(snapshot: contents.head, entries: contents.waiting)
        contents.waiting = []
        return .commit(Lane.batch(contents.flushing!))  // Safe because it was set two lines above.
    }

    private func complete(_ result: Result<Void, StoreError>) {
        switch result {
        case .success: succeed()
        case .failure(let error): fail(error)
        }
    }

    private func succeed() {
        let (flush, step) = contents.withLock { contents in
            guard let flush = contents.flushing else { preconditionFailure("a commit completes once") }
            contents.durable = flush.snapshot
            contents.flushing = nil
            return (flush, startFlush(&contents))
        }
        for entry in flush.entries { entry.reply(nil) }
        observer.durable(flush.entries.flatMap(\.changes), flush.snapshot)
        step.perform(self)
    }

    private func fail(_ error: StoreError) {
        let undone = contents.withLock { contents in
            let undone = (contents.flushing?.entries ?? []) + contents.waiting
            contents.head = contents.durable
            contents.flushing = nil
            contents.waiting = []
            observer.reverted()
            return undone
        }
        for entry in undone { entry.reply(error) }
    }

    /// One row for each record: only its last form is written.
    private static func batch(_ flush: Flush) -> StoreBatch {
        var last: [StoredName: Change] = [:]
        var order: [StoredName] = []
        for change in flush.entries.flatMap(\.changes) {
            let name = change.name
            if last.updateValue(change, forKey: name) == nil { order.append(name) }
        }
        var batch = StoreBatch(revision: flush.snapshot.revision)
        for name in order {
            guard let stored = last[name]?.stored else { continue }
            if let bytes = stored.bytes {
                batch.puts.append(StoredRow(kind: name.kind, key: name.key, value: bytes))
            } else {
                batch.deletes.append(name)
            }
        }
        return batch
    }
}

/// Who is told of what the lane does.
package protocol LaneObserver: Sendable {
    /// Changes were applied to the newest state. Called in order, inside the lane: must be quick and not call back.
    func applied(_ changes: [Change])
    /// The changes up to `snapshot` became durable. Called in order, outside the lane.
    func durable(_ changes: [Change], _ snapshot: Snapshot)
    /// What was applied and not durable was undone. Called inside the lane: must be quick and not call back.
    func reverted()
}

/// Why submitted work has no result.
package enum LaneError: Error, Sendable {
    /// The work itself said no.
    case refused(WireError)
    /// The disk did.
    case store(StoreError)
}
