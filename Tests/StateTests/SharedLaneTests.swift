import AWSWire
import Synchronization
import Testing

@testable import State

/// A shared store whose commits wait until the test lets them go on, and which tells what the test says.
private final class SharedStore: Store {
    private struct Held {
        var revision: Revision = 0
        var commits: [(StoreBatch, @Sendable (Result<Void, StoreError>) -> Void)] = []
        var listener: (@Sendable (StoreNews) -> Void)?
    }

    private let held = Mutex(Held())

    var isShared: Bool { true }

    func load(_ row: (StoredRow) throws(StoreError) -> Void) throws(StoreError) -> Revision { 0 }

    func commit(
        _ makeBatch: @escaping @Sendable () -> StoreBatch,
        completion: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        held.withLock { $0.commits.append((makeBatch(), completion)) }
    }

    func follow(after revision: Revision, _ listener: @escaping @Sendable (StoreNews) -> Void) {
        held.withLock { $0.listener = listener }
    }

    /// The names of the clusters that the oldest commit writes, and where it goes on from.
    var waiting: String {
        held.withLock { held in
            guard let (batch, _) = held.commits.first else { return "nothing" }
            return batch.puts.map(\.key).joined(separator: " ") + " from \(batch.base)"
        }
    }

    /// Lets the oldest commit arrive.
    func complete() {
        let (result, completion) = held.withLock { held in
            let (batch, completion) = held.commits.removeFirst()
            guard batch.base == held.revision else {
                return (Result<Void, StoreError>.failure(.conflict(batch)), completion)
            }
            held.revision = batch.revision
            return (.success(()), completion)
        }
        completion(result)
    }

    /// Another server commits a cluster; it is told of by `tell`.
    func commitElsewhere(_ name: String) -> StoreBatch {
        let base = held.withLock { held in
            defer { held.revision += 1 }
            return held.revision
        }
        var cluster = ClusterRecord()
        cluster.name = name
        return StoreBatch(
            revision: base + 1, base: base,
            puts: [StoredRow(kind: .cluster, key: name, value: cluster.storedBytes())])
    }

    func tell(_ batch: StoreBatch) { held.withLock { $0.listener }?(.committed(batch)) }
}

@Suite("The writer lane on a shared store") struct SharedLaneTests {
    private let store = SharedStore()
    private let recorder = Recorder()
    private let lane: Lane

    init() {
        lane = Lane(
            snapshot: Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")), store: store,
            random: SeededRandom(seed: 1), observer: recorder)
    }

    private var names: [String] { lane.durable.list(ClusterRecord.self).map(\.name) }

    /// Makes a cluster whose name tells how many there were; refused when there are three.
    private func put(_ name: String, mustBeCurrent: Bool = false) {
        let recorder = recorder
        lane.submit(at: Timestamp(milliseconds: 1_000), mustBeCurrent: mustBeCurrent) {
            (transaction, _) throws(WireError) -> String in
            let count = transaction.snapshot.list(ClusterRecord.self).count
            guard count < 3 else { throw WireError(code: "LimitExceeded", message: "no more", status: 400) }
            var cluster = ClusterRecord()
            cluster.name = "\(name)\(count)"
            transaction.put(cluster)
            return cluster.name
        } reply: { result in
            switch result {
            case .success(let name): recorder.add("reply \(name)")
            case .failure(.refused(let error)): recorder.add("refused \(name) \(error.code)")
            case .failure(.store(let error)): recorder.add("lost \(name) \(error.code)")
            }
        }
    }

    @Test("takes over what another server commits, and tells of it")
    func takesOver() {
        store.tell(store.commitElsewhere("other"))
        #expect(names == ["other"])
        #expect(recorder.said == ["applied 1", "durable 1 at 1"])
        put("mine")
        #expect(store.waiting == "mine1 from 1")
        store.complete()
        #expect(recorder.said.contains("reply mine1") && names == ["mine1", "other"])
    }

    @Test("decides again when another server was faster, whichever word comes first", arguments: [true, false])
    func conflict(isToldFirst: Bool) {
        put("a")
        put("b")
        let other = store.commitElsewhere("other")
        if isToldFirst { store.tell(other) }
        store.complete()
        if !isToldFirst {
            #expect(store.waiting == "nothing", "a flush that cannot succeed is not begun")
            store.tell(other)
        }
        #expect(recorder.said.allSatisfy { !$0.hasPrefix("reply") })
        #expect(store.waiting == "a1 b2 from 1")
        #expect(names == ["other"])
        store.complete()
        #expect(recorder.said.suffix(3) == ["reply a1", "reply b2", "durable 2 at 3"])
        #expect(names == ["a1", "b2", "other"])
    }

    @Test("refuses what another server's change forbids")
    func refuses() {
        put("a")
        for name in ["x", "y", "z"] { store.tell(store.commitElsewhere(name)) }
        store.complete()
        #expect(recorder.said.contains("refused a LimitExceeded"))
        #expect(names == ["x", "y", "z"] && lane.head.list(ClusterRecord.self).count == 3)
    }

    @Test("a refusal that must be current is not given from an old state")
    func currentRefusal() {
        for name in ["x", "y", "z"] { store.tell(store.commitElsewhere(name)) }
        let other = store.commitElsewhere("w")
        put("a", mustBeCurrent: true)
        #expect(store.waiting == " from 3" && !recorder.said.contains("refused a LimitExceeded"))
        store.complete()
        store.tell(other)
        store.complete()
        #expect(recorder.said.contains("refused a LimitExceeded"))
    }

    @Test("what others commit after a flush of ours is told after it")
    func order() {
        put("a")
        store.complete()
        put("b")
        store.tell(store.commitElsewhere("other"))
        store.complete()
        store.complete()
        let durable = recorder.said.filter { $0.hasPrefix("durable") }
        #expect(durable == ["durable 1 at 1", "durable 1 at 2", "durable 1 at 3"])
    }
}
