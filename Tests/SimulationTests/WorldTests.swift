import AWSWire
import Control
import State
import Testing

@testable import Simulation

/// Runs of a few seeds; `roost simulate --seeds` runs many.
@Suite("The simulated world") struct WorldTests {
    private func run(_ seed: UInt64, steps: Int = 40, _ change: (inout World.Options) -> Void = { _ in }) -> Report {
        var options = World.Options(seed: seed)
        options.steps = steps
        change(&options)
        return World(options).run()
    }

    @Test("a few seeds pass", arguments: 1...4 as ClosedRange<UInt64>)
    func passes(seed: UInt64) {
        let report = run(seed)
        #expect(report.failure == nil, "roost simulate --seed \(seed) --steps 40")
        #expect(report.steps > 1_000)
    }

    @Test("several servers on one store pass as one does", arguments: 5...8 as ClosedRange<UInt64>)
    func passesWithServers(seed: UInt64) {
        let report = run(seed) { $0.servers = 3 }
        #expect(report.failure == nil, "roost simulate --seed \(seed) --steps 40 --servers 3")
        #expect(report.trace.summary.contains { $0.what == "conflict" })
    }

    @Test("a store that does not tell every server of everything is found out")
    func deaf() {
        let report = run(6, steps: 20) {
            $0.servers = 2
            $0.deafness = 0.2
        }
        #expect(report.failure != nil)
    }

    @Test("the same seed does the same, another one does something else")
    func repeats() {
        let (first, second, other) = (run(11, steps: 10), run(11, steps: 10), run(12, steps: 10))
        #expect(first.text == second.text)
        #expect(first.trace.hash == second.trace.hash)
        #expect(first.trace.hash != other.trace.hash)
    }

    @Test("a scheduler that starts too many tasks is found out")
    func overeager() {
        let report = run(2) { $0.controllers = [Tripling(), RetentionController()] }
        #expect(report.failure != nil)
    }

    @Test("a scheduler that does nothing does not converge")
    func idle() {
        let report = run(3, steps: 20) { $0.controllers = [] }
        #expect(report.failure?.invariant == "the region becomes what it should be")
    }

    @Test("a daemon that nobody looks after is found out")
    func forgottenDaemon() {
        let report = run(5, steps: 5) { $0.controllers.removeAll { $0 is DaemonController } }
        #expect(report.failure?.invariant == "the region becomes what it should be")
        #expect(report.failure?.breach.hasPrefix("daemon/default/logs") ?? false)
    }

    @Test("a controller that never comes to rest is found out")
    func restless() {
        let report = run(4, steps: 5) { $0.controllers.append(Restless()) }
        #expect(report.failure?.invariant == "nothing changes in the quiet")
    }
}
