import AWSWire
import State

/// The disk, or the store that several servers share, with a mind of its own: commits take time, fail with nothing
/// written, or are durable although the process died before it heard of it.
///
/// Safe because a world runs in one thread.
final class SimulatedStore: @unchecked Sendable {
    /// How long a server counts as alive that the store hears nothing of.
    private static let lease: Duration = .seconds(10)

    let timeline: Timeline
    /// Whether more than one server uses it.
    let isShared: Bool
    private let evidence: Evidence
    /// What is written.
    private(set) var truth: Snapshot
    private var links: [StoreLink] = []
    /// The names of the links that count as alive.
    private(set) var members: Set<String> = []
    /// How likely a server is not told of a commit.
    var deafness = 0.0
    private let dice: Dice
    /// Whether commits fail at the moment.
    var isFull = false
    /// Whether commits take long at the moment.
    var isSlow = false

    init(_ timeline: Timeline, _ realm: Realm, isShared: Bool, _ evidence: Evidence) {
        self.timeline = timeline
        self.isShared = isShared
        self.evidence = evidence
        truth = Snapshot(realm: realm)
        dice = timeline.dice("store")
    }

    /// What a server reads at its start.
    func load(_ row: (StoredRow) throws(StoreError) -> Void) throws(StoreError) -> Revision {
        for stored in truth.storedRows { try row(stored) }
        return truth.revision
    }

    func join(_ link: StoreLink) {
        links.append(link)
        members.insert(link.name)
    }

    /// The server of a link has died, or cannot reach the store: after a while everybody is told. The link itself may
    /// be back by then.
    func miss(_ link: StoreLink) {
        let silence = link.silence
        timeline.after(SimulatedStore.lease) { [self] in
            guard link.silence == silence, members.remove(link.name) != nil else { return }
            links.removeAll { $0 === link }
            timeline.say("store", "lost", link.name)
            for other in links { other.tell(.lost(server: link.name)) }
            link.expire()
        }
    }

    /// Writes a batch, unless the disk is full or the state has moved on.
    func write(_ batch: StoreBatch, from link: StoreLink) -> Result<Void, StoreError> {
        guard !isFull else {
            timeline.say("store", "commit-failed", "revision \(batch.revision)")
            return .failure(StoreError(.full, "The disk is full."))
        }
        guard members.contains(link.name), batch.base == truth.revision else {
            timeline.say("store", "conflict", "\(link.name) at \(batch.base)")
            return .failure(.conflict(batch))
        }
        guard !batch.isEmpty else { return .success(()) }
        timeline.trace.mix(batch.puts.flatMap(\.value))
        if isShared { noteMoments(link.decisions) }
        truth = truth.following(batch).snapshot
        evidence.durable += link.decisions.flatMap(\.self)
        for other in links where other !== link && !dice.chance(deafness) { other.tell(.committed(batch)) }
        return .success(())
    }

    /// Where several servers decide, what each decision led to is only known now.
    private func noteMoments(_ decisions: [[Change]]) {
        var state = Transaction(truth)
        for changes in decisions where !changes.isEmpty {
            state.apply(Plan(changes: changes))
            evidence.moments.append((changes, state.snapshot))
        }
    }
}
