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
        var isFlushing = false

        /// Gives the newest state away to be changed. Nobody else holds it, so that what is changed need not be copied
        /// first; whoever takes it puts it back.
        mutating func takeHead() -> Snapshot {
            defer { head = durable }
            return head
        }
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

    /// One turn in the lane.
    private typealias Turn = @Sendable (Lane, inout Contents) -> Step

    /// Turns that wait. Whoever finds the lane free takes all turns that come up, also those of others, so nobody waits
    /// for a lock while somebody decides.
    private struct Queue {
        var turns: [Turn] = []
        var isTaken = false
    }

    private let queue = Mutex(Queue())
    private let contents: Mutex<Contents>
    /// Beside the contents, so that readers do not wait for a turn.
    private let published: Mutex<Snapshot>
    private let store: any Store
    private let observer: any LaneObserver
    private let seed: (@Sendable (Revision) -> UInt64)?

    /// - Parameters:
    ///   - snapshot: the state as loaded from `store`.
    ///   - random: where the seeds of all decisions come from.
    ///   - seed: the seed of a decision at a revision, instead of one from `random`: then decisions that change nothing
    ///     leave no mark on later ones.
    package init(
        snapshot: Snapshot, store: any Store, random: SeededRandom, observer: any LaneObserver,
        seed: (@Sendable (Revision) -> UInt64)? = nil
    ) {
        self.seed = seed
        contents = Mutex(Contents(head: snapshot, durable: snapshot, random: random))
        published = Mutex(snapshot)
        self.store = store
        self.observer = observer
    }

    /// The newest state that no crash can undo.
    package var durable: Snapshot { published.withLock { $0 } }

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
        _ work: @escaping @Sendable (inout Transaction, inout DecisionContext) throws(WireError) -> Output,
        reply: @escaping @Sendable (Result<Output, LaneError>) -> Void
    ) {
        enter { lane, contents in lane.apply(work, at: now, &contents, reply) }
    }

    private func enter(_ turn: @escaping Turn) {
        let isFree = queue.withLock { queue in
            queue.turns.append(turn)
            defer { queue.isTaken = true }
            return !queue.isTaken
        }
        guard isFree else { return }
        while let turns = takeTurns() {
            for turn in turns { contents.withLock { turn(self, &$0) }.perform(self) }
        }
    }

    /// The turns that came up; nil when there are none, and then the lane is free.
    private func takeTurns() -> [Turn]? {
        queue.withLock { queue in
            guard !queue.turns.isEmpty else {
                queue.isTaken = false
                return nil
            }
            defer { queue.turns = [] }
            return queue.turns
        }
    }

    private func apply<Output: Sendable>(
        _ work: (inout Transaction, inout DecisionContext) throws(WireError) -> Output,
        at now: Timestamp, _ contents: inout Contents,
        _ reply: @escaping @Sendable (Result<Output, LaneError>) -> Void
    ) -> Step {
        var transaction = Transaction(contents.takeHead())
        let seed = self.seed?(transaction.snapshot.revision) ?? contents.random.next()
        var context = DecisionContext(now: now, random: SeededRandom(seed: seed))
        let output: Output
        do { output = try work(&transaction, &context) } catch {
            transaction.undo()
            contents.head = transaction.snapshot
            return .reply { reply(.failure(.refused(error))) }
        }
        contents.head = transaction.finish()
        let isUpToDate = contents.waiting.isEmpty && !contents.isFlushing
        if transaction.changes.isEmpty && isUpToDate { return .reply { reply(.success(output)) } }
        if !transaction.changes.isEmpty { observer.applied(transaction.changes) }
        contents.waiting.append(
            Entry(changes: transaction.changes) { error in
                reply(error.map { .failure(.store($0)) } ?? .success(output))
            })
        return startFlush(&contents)
    }

    /// What is left to do after a turn.
    private enum Step: Sendable {
        case nothing
        case reply(@Sendable () -> Void)
        /// With the state before the one that is durable now: what only it holds is freed where the batch is encoded.
        case commit(Flush, outdated: Snapshot?)
        case fail([Entry], StoreError)

        func perform(_ lane: Lane) {
            switch self {
            case .nothing: break
            case .reply(let reply): reply()
            case .commit(let flush, let outdated): lane.commit(flush, outdated)
            case .fail(let entries, let error): for entry in entries { entry.reply(error) }
            }
        }
    }

    private func startFlush(_ contents: inout Contents, outdated: Snapshot? = nil) -> Step {
        guard !contents.isFlushing, !contents.waiting.isEmpty else { return .nothing }
        let flush = Flush(snapshot: contents.head, entries: contents.waiting)
        contents.isFlushing = true
        contents.waiting = []
        return .commit(flush, outdated: outdated)
    }

    private func commit(_ flush: Flush, _ outdated: Snapshot?) {
        let observer = observer
        store.commit {
            withExtendedLifetime(outdated) {
                observer.committing(flush.entries.flatMap(\.changes), flush.snapshot)
                return Lane.batch(flush)
            }
        } completion: { result in
            switch result {
            case .success:
                let snapshot = flush.snapshot
                self.published.withLock { $0 = snapshot }
                // The next flush begins before the replies leave, and they keep nobody from deciding.
                self.enter { lane, contents in lane.advance(to: snapshot, &contents) }
                self.announce(flush)
            case .failure(let error): self.enter { lane, contents in lane.undo(flush, error, &contents) }
            }
        }
    }

    /// Flushes are announced in order: a store completes one after the other.
    private func announce(_ flush: Flush) {
        for entry in flush.entries { entry.reply(nil) }
        observer.durable(flush.entries.flatMap(\.changes), flush.snapshot)
    }

    private func advance(to snapshot: Snapshot, _ contents: inout Contents) -> Step {
        contents.isFlushing = false
        let outdated = contents.durable
        contents.durable = snapshot
        return startFlush(&contents, outdated: outdated)
    }

    private func undo(_ flush: Flush, _ error: StoreError, _ contents: inout Contents) -> Step {
        contents.isFlushing = false
        let undone = flush.entries + contents.waiting
        contents.head = contents.durable
        contents.waiting = []
        observer.reverted()
        return .fail(undone, error)
    }

    /// One row for each record: only its last form is written. Of a kind that has no records any more, nothing is.
    private static func batch(_ flush: Flush) -> StoreBatch {
        let empty = Set(RecordKind.allCases.filter { flush.snapshot.tables.count(of: $0) == 0 })
        var emptied: Set<RecordKind> = []
        var last: [StoredName: Change] = [:]
        var order: [StoredName] = []
        for change in flush.entries.flatMap(\.changes) {
            let name = change.name
            guard !empty.contains(name.kind) else {
                emptied.insert(name.kind)
                continue
            }
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
        batch.clear(emptied, downTo: flush.snapshot)
        return batch
    }
}

extension StoreBatch {
    /// Clears the kinds that were emptied, and those of which nothing is left in `snapshot` but what the batch puts,
    /// instead of deleting row by row; all kinds, when that is so of all.
    fileprivate mutating func clear(_ emptied: Set<RecordKind>, downTo snapshot: Snapshot) {
        let kinds = emptied.union(deletes.map(\.kind))
        guard !kinds.isEmpty else { return }
        var written: [RecordKind: Int] = [:]
        for row in puts { written[row.kind, default: 0] += 1 }
        clears = RecordKind.allCases.filter { snapshot.tables.count(of: $0) == written[$0] ?? 0 }
        if clears.count < RecordKind.allCases.count { clears.removeAll { !kinds.contains($0) } }
        deletes.removeAll { clears.contains($0.kind) }
    }
}

/// Who is told of what the lane does.
package protocol LaneObserver: Sendable {
    /// Changes were applied to the newest state. Called in order, inside the lane: must be quick and not call back.
    func applied(_ changes: [Change])
    /// The changes up to `snapshot` are about to be written. Called in order, where the store encodes its batches: it
    /// may take its time. The write may still fail.
    func committing(_ changes: [Change], _ snapshot: Snapshot)
    /// The changes up to `snapshot` became durable. Called in order, outside the lane.
    func durable(_ changes: [Change], _ snapshot: Snapshot)
    /// What was applied and not durable was undone. Called inside the lane: must be quick and not call back.
    func reverted()
}

extension LaneObserver {
    package func committing(_ changes: [Change], _ snapshot: Snapshot) {}
}

/// Why submitted work has no result.
package enum LaneError: Error, Sendable {
    /// The work itself said no.
    case refused(WireError)
    /// The disk did.
    case store(StoreError)
}
