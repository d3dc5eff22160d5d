import AWSWire
import State

/// A disk with a mind of its own: commits take time, fail with nothing written, or are durable although the process
/// died before it heard of it.
///
/// Safe because a world runs in one thread.
final class SimulatedStore: Store, @unchecked Sendable {
    private struct Commit {
        var batch: StoreBatch
        var completion: @Sendable (Result<Void, StoreError>) -> Void
    }

    private let timeline: Timeline
    private let dice: Dice
    private var rows: [StoredName: [UInt8]] = [:]
    private var revision: Revision = 0
    private var underWay: Commit?
    /// Counts crashes, so that the end of a commit of a dead process is told from that of a living one.
    private var generation = 0
    /// Whether commits fail at the moment.
    var isFull = false
    /// Whether commits take long at the moment.
    var isSlow = false

    init(_ timeline: Timeline) {
        self.timeline = timeline
        dice = timeline.dice("store")
    }

    func load(_ row: (StoredRow) throws(StoreError) -> Void) throws(StoreError) -> Revision {
        let order = rows.keys.sorted { ($0.kind.rawValue, $0.key) < ($1.kind.rawValue, $1.key) }
        for name in order { try row(StoredRow(kind: name.kind, key: name.key, value: rows[name] ?? [])) }
        return revision
    }

    func commit(
        _ makeBatch: @escaping @Sendable () -> StoreBatch,
        completion: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        precondition(underWay == nil, "one commit at a time")
        underWay = Commit(batch: makeBatch(), completion: completion)
        let generation = generation
        timeline.after(dice.milliseconds(isSlow ? 200...5_000 : 1...12)) { [self] in
            guard generation == self.generation, let commit = underWay else { return }
            finish(commit)
        }
    }

    private func finish(_ commit: Commit) {
        underWay = nil
        guard !isFull else {
            timeline.say("store", "commit-failed", "revision \(commit.batch.revision)")
            return commit.completion(.failure(StoreError(.full, "The disk is full.")))
        }
        write(commit.batch)
        commit.completion(.success(()))
    }

    private func write(_ batch: StoreBatch) {
        if !batch.clears.isEmpty { rows = rows.filter { !batch.clears.contains($0.key.kind) } }
        for name in batch.deletes { rows[name] = nil }
        for row in batch.puts { rows[StoredName(kind: row.kind, key: row.key)] = row.value }
        revision = batch.revision
        timeline.trace.mix(batch.puts.flatMap(\.value))
    }

    /// The process died: what was under way is on the disk, or is not.
    func crash() {
        if let commit = underWay, !isFull, dice.chance(0.5) { write(commit.batch) }
        underWay = nil
        generation += 1
    }
}
