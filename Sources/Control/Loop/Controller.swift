import AWSWire
import State

/// Keeps one kind of thing as it should be: a pure function from a snapshot to a plan.
///
/// Level-driven: it trusts the subject's name, never the event that named it. Deciding twice on one snapshot gives an
/// equal plan; deciding on the result of its own plan gives an empty one.
package protocol Controller: Sendable {
    /// The controller's name, for logs and metrics.
    static var name: String { get }
    /// Which subjects a change may concern.
    func subjects(of change: Change, in snapshot: Snapshot) -> [String]
    /// All subjects, at the start and after an undone flush.
    func allSubjects(in snapshot: Snapshot) -> [String]
    /// What to do for a subject now.
    func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan
    /// How long a subject is left alone after a decision, though things change: so that one that is dear to look at
    /// is not looked at for each of its many changes.
    func rest(after subject: String, _ snapshot: Snapshot) -> Duration
}

extension Controller {
    package func rest(after subject: String, _ snapshot: Snapshot) -> Duration { .zero }
}
