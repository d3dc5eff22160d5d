import AWSWire
import State

/// A server process's way to the store. What is sent may be on the way when the process dies or the way is cut.
///
/// Safe because a world runs in one thread.
final class StoreLink: Store, @unchecked Sendable {
    private struct Commit {
        var batch: StoreBatch
        var completion: @Sendable (Result<Void, StoreError>) -> Void
        /// What became of it, once it has been at the store.
        var result: Result<Void, StoreError>?
    }

    /// The name of the server process.
    let name: String
    private let store: SimulatedStore
    private let dice: Dice
    private var listener: (@Sendable (StoreNews) -> Void)?
    private var underWay: Commit?
    /// What the commit under way changes, decision by decision.
    var decisions: [[Change]] = []
    /// What is on its way to the server, in order.
    private var news: [StoreNews] = []
    private var lastArrival = Timeline.start
    private var isAlive = true
    private var isCut = false
    /// Counts the times the store stopped hearing of the server.
    private(set) var silence = 0
    /// Called when the store has given the server up.
    var expired: () -> Void = {}

    var isHeard: Bool { isAlive && !isCut }
    var isShared: Bool { store.isShared }
    private var timeline: Timeline { store.timeline }

    init(_ name: String, _ store: SimulatedStore, _ dice: Dice) {
        self.name = name
        self.store = store
        self.dice = dice
        store.join(self)
    }

    func load(_ row: (StoredRow) throws(StoreError) -> Void) throws(StoreError) -> Revision { try store.load(row) }

    func follow(after revision: Revision, _ listener: @escaping @Sendable (StoreNews) -> Void) {
        self.listener = listener
    }

    func commit(
        _ makeBatch: @escaping @Sendable () -> StoreBatch,
        completion: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        precondition(underWay == nil, "one commit at a time")
        underWay = Commit(batch: makeBatch(), completion: completion)
        timeline.after(dice.milliseconds(store.isSlow ? 200...5_000 : 1...9)) { [self] in arriveAtStore() }
    }

    private func arriveAtStore() {
        guard isHeard, let batch = underWay?.batch, underWay?.result == nil else { return }
        underWay?.result = store.write(batch, from: self)
        timeline.after(dice.milliseconds(0...3)) { [self] in arriveAtServer() }
    }

    private func arriveAtServer() {
        guard isHeard, let commit = underWay, let result = commit.result else { return }
        underWay = nil
        commit.completion(result)
    }

    /// Tells the server something, after what it was told before.
    func tell(_ news: StoreNews) {
        self.news.append(news)
        scheduleNews()
    }

    private func scheduleNews() {
        lastArrival = max(lastArrival, timeline.now.advanced(by: dice.milliseconds(0...15)))
        timeline.after(lastArrival - timeline.now) { [self] in
            guard isHeard, !news.isEmpty else { return }
            listener?(news.removeFirst())
        }
    }

    /// Nothing passes in either direction until `mend`.
    func cut() {
        guard isHeard else { return }
        isCut = true
        silence += 1
        store.miss(self)
    }

    func mend() {
        guard isCut else { return }
        isCut = false
        silence += 1
        guard isAlive else { return }
        for _ in news { scheduleNews() }
        timeline.after(dice.milliseconds(1...9)) { [self] in
            if underWay?.result == nil { arriveAtStore() } else { arriveAtServer() }
        }
    }

    /// The process died: what was on its way to the store may still arrive.
    func die() {
        if isHeard, let commit = underWay, commit.result == nil, dice.chance(0.5) {
            _ = store.write(commit.batch, from: self)
        }
        isAlive = false
        underWay = nil
        listener = nil
        silence += 1
        store.miss(self)
    }

    func expire() { if isAlive { expired() } }
}
