import State

/// Joins the writer lane to those who follow it: controllers follow the newest state, sessions the durable one, the
/// event log what is about to be durable.
package struct RegionObserver: LaneObserver {
    private let loop: ControlLoop
    private let hub: SessionHub
    private let balancers: BalancerHub
    private let record: @Sendable ([Change], Snapshot) -> Void
    private let follow: @Sendable ([Change]) -> Void

    /// - Parameters:
    ///   - record: is told of changes before they are written, in order: what it keeps of them is there after any crash
    ///     that the changes survive.
    ///   - follow: is told of changes that are durable.
    package init(
        loop: ControlLoop, hub: SessionHub, balancers: BalancerHub,
        record: @escaping @Sendable ([Change], Snapshot) -> Void = { _, _ in },
        follow: @escaping @Sendable ([Change]) -> Void = { _ in }
    ) {
        self.loop = loop
        self.hub = hub
        self.balancers = balancers
        self.record = record
        self.follow = follow
    }

    package func applied(_ changes: [Change]) { loop.note(changes) }

    package func committing(_ decisions: [[Change]], _ snapshot: Snapshot) {
        record(decisions.flatMap(\.self), snapshot)
    }

    package func durable(_ changes: [Change], _ snapshot: Snapshot) {
        hub.publish(changes, snapshot)
        balancers.publish(changes, snapshot)
        follow(changes)
    }

    /// Whoever was decided for with the changes in sight has to be looked at again; when that is done anyway, only
    /// those whom the changes themselves concern.
    package func reverted(_ changes: [Change], areDecidedAgain: Bool) {
        if areDecidedAgain { loop.note(changes) } else { loop.noteEverything() }
    }
}
