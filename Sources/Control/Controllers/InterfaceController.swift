import Scheduling
import State

/// Takes network interfaces of their own from tasks that have ended: what was DEPROVISIONING is STOPPED then. A subject
/// is an interface's address.
package struct InterfaceController: Controller {
    package static let name = "network interfaces"

    package init() {}

    package func subjects(of change: Change, in snapshot: Snapshot) -> [String] {
        guard case .task(let delta) = change, let task = (delta.newBox ?? delta.oldBox)?.value,
            task.lastStatus >= .deprovisioning || delta.newBox == nil
        else { return [] }
        return task.interfaces.map(\.address)
    }

    package func allSubjects(in snapshot: Snapshot) -> [String] {
        snapshot.list(NetworkInterfaceRecord.self).map(\.address)
    }

    package func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
        var transaction = Transaction(snapshot)
        InterfaceRelease.release(NetworkInterfaceRecord.key(subject), &transaction, at: context.now)
        return Plan(transaction)
    }
}
