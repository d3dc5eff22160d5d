import AWSWire
import Synchronization

/// The writer lane: applies operations and plans one after another to the newest state, and answers when they are
/// durable.
///
/// The newest state (`head`) is ahead of the durable one by the changes that wait for the disk. Whoever decides sees
/// `head`; whoever only reads, and everyone outside the process, sees `durable`. All changes that wait are written in
/// one flush. When a flush fails, everything after the last durable state is undone and refused: nobody was told of it.
///
/// A store may be shared with other servers. What they commit is taken over as it comes (`Lane+Others`); when one of
/// them was faster, whatever waits here is decided again on the state that they left.
package final class Lane: Sendable {
    struct Contents {
        var head: Snapshot
        var durable: Snapshot
        var random: SeededRandom
        /// What waits for a flush of its own, oldest first: each as much as one flush should write.
        var full: [(snapshot: Snapshot, entries: [Entry])] = []
        /// What waits for the flush after those.
        var waiting: [Entry] = []
        /// The number of changes in `waiting`.
        var waitingChanges = 0
        var isFlushing = false
        /// What others committed and is not taken over yet.
        var foreign: [StoreBatch] = []
        /// Whether others have committed what the store has not told of yet: until it does, no flush can succeed.
        var isBehind = false

        /// Gives the newest state away to be changed. Nobody else holds it, so that what is changed need not be copied
        /// first; whoever takes it puts it back.
        mutating func takeHead() -> Snapshot {
            defer { head = durable }
            return head
        }

        mutating func wait(_ entry: Entry) {
            waiting.append(entry)
            waitingChanges += entry.changes.count
            guard waitingChanges >= Lane.fullFlush else { return }
            full.append((head, waiting))
            waiting = []
            waitingChanges = 0
        }

        /// Everything that waits, oldest first.
        mutating func takeWaiting() -> [Entry] {
            defer { (full, waiting, waitingChanges) = ([], [], 0) }
            return full.flatMap(\.entries) + waiting
        }
    }

    /// One applied piece of work.
    struct Entry: Sendable {
        /// The time of the decision.
        var time: Timestamp
        var changes: [Change]
        var reply: @Sendable (StoreError?) -> Void
        /// Does the work again on the newest state, not before the time of what led there; nil where nobody else can
        /// have changed it.
        var redo: (@Sendable (Lane, inout Contents, Timestamp) -> Step)?
    }

    struct Flush: Sendable {
        var snapshot: Snapshot
        /// The revision of the durable state that the flush goes on from.
        var base: Revision
        var entries: [Entry]
        var changes: [Change] { entries.flatMap(\.changes) }
        /// The time of its last decision.
        var time: Timestamp { entries.map(\.time).max() ?? Timestamp(milliseconds: 0) }
    }

    /// What is left to do after a turn, outside the lane.
    struct Step: Sendable {
        var replies: [@Sendable () -> Void] = []
        /// With the state before the one that is durable now: what only it holds is freed where the batch is encoded.
        var commit: (flush: Flush, outdated: Snapshot?)?
        /// Whether something waits to be announced.
        var announces = false

        func perform(_ lane: Lane) {
            // The disk works on while the replies leave.
            if let commit { lane.commit(commit.flush, commit.outdated) }
            // This turn may be followed by many more: nobody is to wait for their end.
            if announces { lane.announce() }
            for reply in replies { reply() }
        }
    }

    /// So many changes are one flush. Larger ones write no faster, and nobody hears of any of it until all is written.
    private static let fullFlush = 20_000
    /// So many full flushes may wait before whoever can wait should: what waits is held in memory.
    private static let congestion = 4

    /// One turn in the lane.
    typealias Turn = @Sendable (Lane, inout Contents) -> Step

    private let turns = SerialQueue<Turn>()
    let announcements = SerialQueue<@Sendable () -> Void>()
    private let contents: Mutex<Contents>
    /// Beside the contents, so that readers do not wait for a turn.
    let published: Mutex<Snapshot>
    let store: any Store
    let observer: any LaneObserver
    private let seed: (@Sendable (Revision) -> UInt64)?
    let announcer: @Sendable (@escaping @Sendable () -> Void) -> Void
    /// How many full flushes wait, as of the last turn.
    private let backlog = Atomic(0)

    /// - Parameters:
    ///   - snapshot: the state as loaded from `store`.
    ///   - random: where the seeds of all decisions come from.
    ///   - announcer: runs what tells of durable changes: at once, or on a thread of its own, in order, so that whoever
    ///     has the lane need not.
    ///   - seed: the seed of a decision at a revision, instead of one from `random`: then decisions that change nothing
    ///     leave no mark on later ones.
    package init(
        snapshot: Snapshot, store: any Store, random: SeededRandom, observer: any LaneObserver,
        announcer: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { $0() },
        seed: (@Sendable (Revision) -> UInt64)? = nil
    ) {
        self.seed = seed
        self.announcer = announcer
        contents = Mutex(Contents(head: snapshot, durable: snapshot, random: random))
        published = Mutex(snapshot)
        self.store = store
        self.observer = observer
        store.follow(after: snapshot.revision) { [weak self] news in self?.hear(news) }
    }

    /// Whether other servers commit to the store, too.
    package var isShared: Bool { store.isShared }

    /// Whether more waits for the disk than should: what nobody waits for should be decided later.
    package var isCongested: Bool { backlog.load(ordering: .relaxed) >= Lane.congestion }

    /// The newest state that no crash can undo.
    package var durable: Snapshot { published.withLock { $0 } }

    /// The newest state.
    package var head: Snapshot { contents.withLock { $0.head } }

    /// Shows the newest state to `body` when its turn comes: at once, unless somebody has the lane. A look by `head`
    /// waits for whoever decides, and what it holds has to be copied before it can be changed.
    /// - Parameter body: called once, inside the lane, from any thread. It may submit work, whose turn comes later.
    package func look(_ body: @escaping @Sendable (Snapshot) -> Void) {
        enter { _, contents in
            body(contents.head)
            return Step()
        }
    }

    /// Runs `work` on the newest state and keeps its changes.
    /// - Parameters:
    ///   - now: the time of the decision.
    ///   - mustBeCurrent: whether also a refusal, and a result without changes, must hold for the newest state of a
    ///     shared store, so that whoever asks two servers one after the other is told of one history.
    ///   - work: decides; a thrown error undoes its changes. Where the store is shared it may be called again, when
    ///     another server was faster: only its last result counts.
    ///   - reply: called once: at once if `work` threw, else when everything that `work` saw is durable, or with the
    ///     store's error. Called from any thread; must not block.
    package func submit<Output: Sendable>(
        at now: Timestamp, mustBeCurrent: Bool = false,
        _ work: @escaping @Sendable (inout Transaction, inout DecisionContext) throws(WireError) -> Output,
        reply: @escaping @Sendable (Result<Output, LaneError>) -> Void
    ) {
        enter { lane, contents in
            let seed = lane.seed?(contents.head.revision) ?? contents.random.next()
            var step = lane.apply(work, at: now, mustBeCurrent && lane.store.isShared, seed, &contents, reply)
            lane.startFlush(&contents, &step)
            return step
        }
    }

    /// Whoever finds the lane free takes all turns that come up, also those of others, so nobody waits for a lock while
    /// somebody decides.
    func enter(_ turn: @escaping Turn) {
        turns.run(turn) { turn in
            let step = contents.withLock { contents in
                defer { backlog.store(contents.full.count, ordering: .relaxed) }
                return turn(self, &contents)
            }
            step.perform(self)
        }
    }

    private func apply<Output: Sendable>(
        _ work: @escaping @Sendable (inout Transaction, inout DecisionContext) throws(WireError) -> Output,
        at now: Timestamp, _ isConfirmed: Bool, _ seed: UInt64, _ contents: inout Contents,
        _ reply: @escaping @Sendable (Result<Output, LaneError>) -> Void
    ) -> Step {
        var transaction = Transaction(contents.takeHead())
        var context = DecisionContext(now: now, random: SeededRandom(seed: seed))
        let result: Result<Output, LaneError>
        do {
            result = .success(try work(&transaction, &context))
            contents.head = transaction.finish()
            if !transaction.changes.isEmpty { observer.applied(transaction.changes) }
        } catch {
            transaction.undo()
            contents.head = transaction.snapshot
            result = .failure(.refused(error))
        }
        if transaction.changes.isEmpty, !isConfirmed, !waits(result, contents) {
            return Step(replies: [{ reply(result) }])
        }
        var entry = Entry(time: now, changes: transaction.changes) { error in
            reply(error.map { .failure(.store($0)) } ?? result)
        }
        if store.isShared {
            entry.redo = { lane, contents, time in
                let seed = lane.seed?(contents.head.revision) ?? seed
                return lane.apply(work, at: max(now, time), isConfirmed, seed, &contents, reply)
            }
        }
        contents.wait(entry)
        return Step()
    }

    /// Whether a result that changes nothing must wait for what it saw to be durable. A refusal tells nothing that
    /// would have to survive.
    private func waits<Output>(_ result: Result<Output, LaneError>, _ contents: Contents) -> Bool {
        guard case .success = result else { return false }
        return !contents.waiting.isEmpty || !contents.full.isEmpty || contents.isFlushing || contents.isBehind
    }
}

/// Who is told of what the lane does.
package protocol LaneObserver: Sendable {
    /// Changes were applied to the newest state. Called in order, inside the lane: must be quick and not call back.
    func applied(_ changes: [Change])
    /// The changes up to `snapshot`, those of each decision by themselves, are about to be written. Called in order,
    /// where the store encodes its batches: it may take its time. The write may still fail.
    func committing(_ decisions: [[Change]], _ snapshot: Snapshot)
    /// The changes up to `snapshot` became durable, ours or those of another server. Called in order, outside the lane.
    func durable(_ changes: [Change], _ snapshot: Snapshot)
    /// These changes were applied and did not become durable: they are undone. Called inside the lane: must be quick
    /// and not call back.
    /// - Parameter areDecidedAgain: whether all decisions since the durable state are made again, as when another
    ///   server was faster; otherwise they are gone.
    func reverted(_ changes: [Change], areDecidedAgain: Bool)
    /// A server that shares the store has lost it, or is dead. Called outside the lane.
    func lost(server: String)
}

extension LaneObserver {
    package func committing(_ decisions: [[Change]], _ snapshot: Snapshot) {}
    package func lost(server: String) {}
}

/// Why submitted work has no result.
package enum LaneError: Error, Sendable {
    /// The work itself said no.
    case refused(WireError)
    /// The disk did.
    case store(StoreError)
}
