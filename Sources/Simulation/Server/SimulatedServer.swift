import AWSWire
import Control
import State

/// The machine a server runs on, and the process when there is one.
///
/// Safe because a world runs in one thread.
final class SimulatedServer: @unchecked Sendable {
    let name: String
    let timeline: Timeline
    private let store: SimulatedStore
    private let realm: Realm
    private let controllers: [any Controller]
    private let evidence: Evidence
    private(set) var process: ServerProcess?
    private var starts = 0
    /// Whether the way to the store is cut.
    private var isCut = false

    init(
        _ name: String, _ timeline: Timeline, _ store: SimulatedStore, _ realm: Realm,
        controllers: [any Controller], evidence: Evidence
    ) {
        self.name = name
        self.timeline = timeline
        self.store = store
        self.realm = realm
        self.controllers = controllers
        self.evidence = evidence
    }

    /// Starts the process, unless it runs or could not load its state.
    func start() {
        guard process == nil, !isCut else { return }
        timeline.say(name, "start")
        do {
            starts += 1
            // No two processes have one name: who waits for the end of one never takes the next one for it.
            let dice = timeline.dice("\(name) \(starts)")
            let link = StoreLink("\(name)/\(starts)", store, dice)
            link.expired = { [self] in expire() }
            process = try ServerProcess(timeline, link, dice, realm, store, controllers, evidence)
        } catch {
            evidence.broken = "\(name) cannot load its store: \(error)"
        }
    }

    /// Kills the process. What was not durable is gone.
    func crash() {
        guard let process else { return }
        timeline.say(name, "crash")
        self.process = nil
        process.link.die()
        process.kill()
        evidence.serverDied()
    }

    /// The others go on without this server: as the real one would, it ends and is started again.
    private func expire() {
        crash()
        timeline.after(.seconds(1)) { [self] in start() }
    }

    /// The store cannot be reached until `mend`.
    func cut() {
        isCut = true
        process?.link.cut()
    }

    func mend() {
        isCut = false
        process?.link.mend()
        start()
    }
}
