import AWSWire
import Control
import State

@testable import Simulation

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
struct Restless: Controller {
    static let name = "restless"

    func subjects(of change: Change, in snapshot: Snapshot) -> [String] { [] }
    func allSubjects(in snapshot: Snapshot) -> [String] { ["default"] }

    func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
        var transaction = Transaction(snapshot)
        transaction.update(ClusterRecord.key(subject)) { $0.createdAt = context.now }
        return Plan(transaction, wakeAt: context.now.advanced(by: .seconds(60)))
    }
}

/// Does one wrong thing, again and again.
struct Meddling: Controller {
    static let name = "meddling"
    let meddle: @Sendable (inout Transaction) -> Void

    func subjects(of change: Change, in snapshot: Snapshot) -> [String] { [] }
    func allSubjects(in snapshot: Snapshot) -> [String] { ["default"] }

    func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
        var transaction = Transaction(snapshot)
        meddle(&transaction)
        return Plan(transaction, wakeAt: context.now.advanced(by: .seconds(3)))
    }
}
