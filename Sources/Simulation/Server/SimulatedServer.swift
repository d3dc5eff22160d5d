import AWSWire
import Control
import State

/// The machine the server runs on: its disk, and the process when there is one.
///
/// Safe because a world runs in one thread.
final class SimulatedServer: @unchecked Sendable {
    let timeline: Timeline
    let store: SimulatedStore
    private let realm: Realm
    private let controllers: [any Controller]
    private let evidence: Evidence
    private(set) var process: ServerProcess?
    private var starts = 0

    init(_ timeline: Timeline, _ realm: Realm, controllers: [any Controller], evidence: Evidence) {
        self.timeline = timeline
        self.realm = realm
        self.controllers = controllers
        self.evidence = evidence
        store = SimulatedStore(timeline)
    }

    /// Starts the process, unless it runs.
    func start() {
        guard process == nil else { return }
        timeline.say("server", "start")
        do {
            starts += 1
            process = try ServerProcess(
                timeline, store, realm, controllers: controllers, evidence: evidence, number: starts)
        } catch {
            evidence.broken = "the server cannot load its store: \(error)"
        }
    }

    /// Kills the process. What was not durable is gone.
    func crash() {
        guard let process else { return }
        timeline.say("server", "crash")
        self.process = nil
        store.crash()
        process.kill()
        evidence.serverDied()
    }
}
