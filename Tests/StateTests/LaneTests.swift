import AWSWire
import Synchronization
import Testing

@testable import State

/// A store whose commits wait until the test completes them.
final class HeldStore: Store {
    private struct Held {
        var batches: [StoreBatch] = []
        var completions: [@Sendable (Result<Void, StoreError>) -> Void] = []
    }

    private let held = Mutex(Held())

    func load(_ row: (StoredRow) throws(StoreError) -> Void) throws(StoreError) -> Revision { 0 }

    func commit(
        _ makeBatch: @escaping @Sendable () -> StoreBatch,
        completion: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        held.withLock {
            $0.batches.append(makeBatch())
            $0.completions.append(completion)
        }
    }

    var batches: [StoreBatch] { held.withLock { $0.batches } }

    /// Completes the oldest commit that waits.
    func complete(_ result: Result<Void, StoreError> = .success(())) {
        let completion = held.withLock { $0.completions.removeFirst() }
        completion(result)
    }
}

/// Remembers what the lane said.
final class Recorder: LaneObserver {
    private let lines = Mutex<[String]>([])

    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var said: [String] { lines.withLock { $0 } }

    func applied(_ changes: [Change]) { add("applied \(changes.count)") }
    func durable(_ changes: [Change], _ snapshot: Snapshot) { add("durable \(changes.count) at \(snapshot.revision)") }
    func reverted(_ changes: [Change], areDecidedAgain: Bool) { add("reverted \(changes.count)") }
}

@Suite("The writer lane") struct LaneTests {
    private let store = HeldStore()
    private let recorder = Recorder()
    private let lane: Lane
    private let now = Timestamp(milliseconds: 1_000)

    init() {
        lane = Lane(
            snapshot: Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")), store: store,
            random: SeededRandom(seed: 1), observer: recorder)
    }

    private func put(_ name: String) {
        let recorder = recorder
        lane.submit(at: now) { (transaction, _) throws(WireError) in
            var cluster = ClusterRecord()
            cluster.name = name
            transaction.put(cluster)
        } reply: { result in
            switch result {
            case .success: recorder.add("reply \(name)")
            case .failure(.store(let error)): recorder.add("lost \(name) \(error.code)")
            case .failure(.refused(let error)): recorder.add("refused \(name) \(error.code)")
            }
        }
    }

    /// As many changes as one flush should write.
    private func putMany(_ part: Int) {
        lane.submit(at: now) { (transaction, _) throws(WireError) in
            for number in 0..<20_000 {
                var cluster = ClusterRecord()
                cluster.name = "c\(part)-\(number)"
                transaction.put(cluster)
            }
        } reply: { _ in
        }
    }

    @Test("answers only when durable, and writes all that waits in one flush")
    func groupCommit() {
        put("a")
        put("b")
        put("c")
        #expect(recorder.said == ["applied 1", "applied 1", "applied 1"])
        #expect(lane.head.table(ClusterRecord.self).count == 3)
        #expect(lane.durable.table(ClusterRecord.self).count == 0)
        store.complete()
        #expect(store.batches.map(\.puts.count) == [1, 2])
        store.complete()
        #expect(recorder.said.suffix(5) == ["reply a", "durable 1 at 1", "reply b", "reply c", "durable 2 at 3"])
        #expect(lane.durable.table(ClusterRecord.self).count == 3)
    }

    @Test("a record written twice in one flush is stored once, in its last form")
    func coalesces() {
        put("a")
        put("b")
        put("b")
        store.complete()
        #expect(store.batches[1].puts.count == 1)
    }

    @Test("a kind of which nothing stays is cleared in one step, and what comes after it is written")
    func clears() {
        for name in ["a", "b", "c"] { put(name) }
        store.complete()
        store.complete()
        lane.submit(at: now) { (transaction, _) throws(WireError) in
            transaction.deleteAll(except: [])
        } reply: { _ in
        }
        put("d")
        store.complete()
        #expect(store.batches[2].clears == RecordKind.allCases && store.batches[2].isEmpty == false)
        #expect(store.batches[3].puts.map(\.key) == ["d"] && store.batches[3].clears.isEmpty)
    }

    @Test("what stays of a kind is not cleared with the rest")
    func keeps() {
        for name in ["a", "b", "c"] { put(name) }
        store.complete()
        store.complete()
        lane.submit(at: now) { (transaction, _) throws(WireError) in
            transaction.delete(ClusterRecord.key("a"))
            transaction.delete(ClusterRecord.key("b"))
        } reply: { _ in
        }
        #expect(store.batches[2].clears.isEmpty && store.batches[2].deletes.map(\.key) == ["a", "b"])
    }

    @Test("what is as much as a flush should write is not joined with what comes after it")
    func fullFlush() {
        put("a")
        for part in 0..<5 { putMany(part) }
        put("z")
        #expect(lane.isCongested)
        store.complete()
        #expect(lane.isCongested)
        for _ in 0..<5 { store.complete() }
        #expect(!lane.isCongested)
        #expect(store.batches.map(\.puts.count) == [1, 20_000, 20_000, 20_000, 20_000, 20_000, 1])
        store.complete()
        #expect(lane.durable.table(ClusterRecord.self).count == 100_002)
    }

    @Test("nothing is congested after a failed flush")
    func congestionEnds() {
        for part in 0..<6 { putMany(part) }
        #expect(lane.isCongested)
        store.complete(.failure(StoreError(.full, "The disk is full.")))
        #expect(!lane.isCongested)
    }

    @Test("a failed flush undoes everything that is not durable, and the lane goes on")
    func failure() {
        put("a")
        store.complete()
        put("b")
        put("c")
        store.complete(.failure(StoreError(.full, "The disk is full.")))
        #expect(recorder.said.suffix(3) == ["reverted 2", "lost b full", "lost c full"])
        #expect(lane.head.list(ClusterRecord.self).map(\.name) == ["a"])
        #expect(lane.head.revision == 1)
        put("d")
        store.complete()
        #expect(lane.durable.list(ClusterRecord.self).map(\.name) == ["a", "d"])
    }

    @Test("refused work changes nothing and is answered at once")
    func refusal() {
        lane.submit(at: now) { (transaction, _) throws(WireError) -> Void in
            transaction.put(ClusterRecord())
            throw WireError(code: "No", message: "", status: 400)
        } reply: { [recorder] result in
            if case .failure(.refused) = result { recorder.add("refused") }
        }
        #expect(recorder.said == ["refused"])
        #expect(lane.head.revision == 0)
    }

    @Test("an answer that saw what is not durable waits for it")
    func readsWait() {
        put("a")
        let recorder = recorder
        lane.submit(at: now) { (transaction, _) throws(WireError) in
            transaction.snapshot.list(ClusterRecord.self).count
        } reply: { _ in
            recorder.add("seen")
        }
        #expect(recorder.said == ["applied 1"])
        store.complete()
        store.complete()
        #expect(recorder.said.contains("seen"))
    }
}
