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

/// Does what the real one does, and starts every task three times.
struct Tripling: Controller {
    static let name = "tripling"
    private let real = ServiceController()

    func subjects(of change: Change, in snapshot: Snapshot) -> [String] { real.subjects(of: change, in: snapshot) }
    func allSubjects(in snapshot: Snapshot) -> [String] { real.allSubjects(in: snapshot) }

    func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
        let plan = real.decide(subject, snapshot, &context)
        var transaction = Transaction(snapshot)
        transaction.apply(plan)
        for case .task(let delta) in plan.changes where delta.old == nil {
            for _ in 0..<2 {
                guard var task = delta.new else { continue }
                task.id = context.random.hex(32)
                transaction.put(task)
            }
        }
        return Plan(transaction, wakeAt: plan.wakeAt)
    }
}

/// Touches a cluster every minute.
private struct Restless: Controller {
    static let name = "restless"

    func subjects(of change: Change, in snapshot: Snapshot) -> [String] { [] }
    func allSubjects(in snapshot: Snapshot) -> [String] { ["default"] }

    func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
        var transaction = Transaction(snapshot)
        transaction.update(ClusterRecord.key(subject)) { $0.createdAt = context.now }
        return Plan(transaction, wakeAt: context.now.advanced(by: .seconds(60)))
    }
}
