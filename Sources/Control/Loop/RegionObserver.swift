import State

/// Joins the writer lane to those who follow it: controllers follow the newest state, sessions the durable one.
package struct RegionObserver: LaneObserver {
    private let loop: ControlLoop
    private let hub: SessionHub

    package init(loop: ControlLoop, hub: SessionHub) {
        self.loop = loop
        self.hub = hub
    }

    package func applied(_ changes: [Change]) { loop.note(changes) }

    package func durable(_ changes: [Change], _ snapshot: Snapshot) { hub.publish(changes, snapshot) }

    package func reverted() { loop.noteEverything() }
}
