import AWSWire
import Scheduling
import State

/// Removes targets when their time to drain is over. A subject is a target group.
package struct TargetController: Controller {
    package static let name = "target"

    package init() {}

    package func subjects(of change: Change, in snapshot: Snapshot) -> [String] {
        switch change {
        case .target(let delta): return delta.new?.drainingSince == nil ? [] : [delta.new?.targetGroup ?? ""]
        case .targetGroup(let delta): return [delta.key.path]
        default: return []
        }
    }

    package func allSubjects(in snapshot: Snapshot) -> [String] {
        snapshot.list(TargetGroupRecord.self).map(\.key.path)
    }

    package func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
        var transaction = Transaction(snapshot)
        guard let group = snapshot.get(Key<TargetGroupRecord>(path: subject)) else { return Plan() }
        let (drained, next) = snapshot.drainedTargets(of: group, at: context.now)
        for key in drained { transaction.delete(key) }
        return Plan(transaction, wakeAt: next)
    }
}
