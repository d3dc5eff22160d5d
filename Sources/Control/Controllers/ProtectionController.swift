import AWSModels
import AWSWire
import Scheduling
import State

/// Ends the protection of tasks when its time has come. Its one subject sleeps until the first one ends.
package struct ProtectionController: Controller {
    package static let name = "protection"
    private static let subject = "tasks"

    package init() {}

    package func subjects(of change: Change, in snapshot: Snapshot) -> [String] {
        guard case .task(let delta) = change, let end = delta.newBox?.value.protectedUntil,
            end != delta.oldBox?.value.protectedUntil
        else { return [] }
        return [ProtectionController.subject]
    }

    package func allSubjects(in snapshot: Snapshot) -> [String] { [ProtectionController.subject] }

    package func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
        let (tasks, next) = TaskProtection.ended(snapshot, at: context.now)
        var transaction = Transaction(snapshot)
        for task in tasks { transaction.update(task.key) { $0.protectedUntil = nil } }
        return Plan(transaction, wakeAt: next)
    }
}
