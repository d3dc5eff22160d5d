import AWSWire
import State
import Synchronization
import Testing

@testable import Control

@Suite("The control loop") struct ControlLoopTests {
    /// Counts its decisions about clusters, and rests after each.
    private final class Counter: Controller {
        static let name = "counter"
        private let count = Mutex(0)
        var decisions: Int { count.withLock { $0 } }

        func subjects(of change: Change, in snapshot: Snapshot) -> [String] { [change.name.key] }
        func allSubjects(in snapshot: Snapshot) -> [String] { [] }
        func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
            count.withLock { $0 += 1 }
            return Plan()
        }
        func rest(after subject: String, _ snapshot: Snapshot) -> Duration { .milliseconds(100) }
    }

    @Test("a subject that rests is looked at once when its rest is over, whatever happens meanwhile")
    func rests() throws {
        let counter = Counter()
        let loop = ControlLoop(controllers: [counter], wake: {})
        let hub = SessionHub()
        let lane = Lane(
            snapshot: Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")), store: MemoryStore(),
            random: SeededRandom(seed: 1), observer: RegionObserver(loop: loop, hub: hub, balancers: BalancerHub()))
        let change = {
            lane.submit(at: Timestamp(milliseconds: 0)) { (transaction, _) throws(WireError) in
                var cluster = ClusterRecord()
                cluster.name = "c"
                transaction.put(cluster)
            } reply: { _ in
            }
        }
        // The first step looks at all subjects there are.
        #expect(loop.step(on: lane, at: Timestamp(milliseconds: 0)) == nil && counter.decisions == 0)
        change()
        #expect(loop.step(on: lane, at: Timestamp(milliseconds: 1_000)) == nil && counter.decisions == 1)
        for time in [1_001, 1_050, 1_099] {
            change()
            let next = loop.step(on: lane, at: Timestamp(milliseconds: Int64(time)))
            #expect(next == Timestamp(milliseconds: 1_100) && counter.decisions == 1)
        }
        #expect(loop.step(on: lane, at: Timestamp(milliseconds: 1_100)) == nil && counter.decisions == 2)
    }
}
