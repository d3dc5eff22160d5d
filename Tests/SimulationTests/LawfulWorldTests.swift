import AWSWire
import Control
import State
import Synchronization
import Testing

@testable import Simulation

/// Decides as another controller does, and checks the two laws at every decision.
private struct Watched: Controller {
    static let name = "watched"
    let real: any Controller
    /// Counts decisions, and says which broke a law.
    let found: Findings

    func subjects(of change: Change, in snapshot: Snapshot) -> [String] { real.subjects(of: change, in: snapshot) }
    func allSubjects(in snapshot: Snapshot) -> [String] { real.allSubjects(in: snapshot) }
    func rest(after subject: String, _ snapshot: Snapshot) -> Duration { real.rest(after: subject, snapshot) }

    func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
        var again = context
        let plan = real.decide(subject, snapshot, &context)
        if real.decide(subject, snapshot, &again) != plan {
            found.say("\(type(of: real)) is of two minds of \(subject)")
        }
        var transaction = Transaction(snapshot)
        transaction.apply(plan)
        let more = real.decide(subject, transaction.snapshot, &again)
        if !more.changes.isEmpty {
            found.say("\(type(of: real)) is not done with \(subject): \(more.changes.map(\.name))")
        }
        found.count(of: "\(type(of: real))", changes: plan.changes.count)
        return plan
    }
}

private final class Findings: Sendable {
    private let contents = Mutex<(broken: [String], changes: [String: Int])>(([], [:]))

    func say(_ text: String) { contents.withLock { $0.broken.append(text) } }
    func count(of controller: String, changes: Int) {
        contents.withLock { $0.changes[controller, default: 0] += changes }
    }
    var broken: [String] { contents.withLock { $0.broken } }
    /// The controllers that changed something.
    var busy: [String] { contents.withLock { $0.changes.filter { $0.value > 0 }.keys.sorted() } }
}

/// Every controller, in every state that some worlds come to.
@Suite("The laws of controllers") struct LawfulWorldTests {
    @Test("hold at every decision of whole worlds", arguments: 22...29 as ClosedRange<UInt64>)
    func hold(seed: UInt64) {
        let found = Findings()
        var options = World.Options(seed: seed)
        options.steps = 40
        options.controllers = makeControllers().map { Watched(real: $0, found: found) }
        #expect(World(options).run().failure == nil)
        #expect(found.broken == [])
        #expect(Set(found.busy).isSuperset(of: ["ServiceController", "BalancerController"]))
    }

    /// Does something else each time.
    private struct Fickle: Controller {
        static let name = "fickle"
        func subjects(of change: Change, in snapshot: Snapshot) -> [String] { [] }
        func allSubjects(in snapshot: Snapshot) -> [String] { ["default"] }

        func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
            var transaction = Transaction(snapshot)
            transaction.update(ClusterRecord.key(subject)) { $0.createdAt = $0.createdAt.advanced(by: .seconds(1)) }
            return Plan(transaction, wakeAt: context.now.advanced(by: .seconds(1)))
        }
    }

    @Test("are seen when they are broken") func seen() {
        let found = Findings()
        var options = World.Options(seed: 21)
        options.steps = 2
        options.controllers = makeControllers() + [Watched(real: Fickle(), found: found)]
        _ = World(options).run()
        #expect(!found.broken.isEmpty)
    }
}
