import AWSWire
import Control
import State

/// The machines the servers run on, and what they keep their state in.
///
/// Safe because a world runs in one thread.
final class ServerFleet: @unchecked Sendable {
    let store: SimulatedStore
    let servers: [SimulatedServer]

    init(
        _ timeline: Timeline, _ realm: Realm, count: Int, controllers: [any Controller], evidence: Evidence
    ) {
        let store = SimulatedStore(timeline, realm, isShared: count > 1, evidence)
        self.store = store
        servers = (1...count).map { number in
            SimulatedServer("server\(number)", timeline, store, realm, controllers: controllers, evidence: evidence)
        }
    }

    /// The processes that take requests.
    var ready: [ServerProcess] { servers.compactMap(\.process).filter(\.isReady) }

    /// Starts every process that does not run.
    func start() { for server in servers { server.start() } }

    /// The newest state: that of the only server, while it runs; of several, what they agreed on.
    var head: Snapshot {
        guard !store.isShared, let process = servers[0].process else { return store.truth }
        return process.lane.head
    }

    /// Whether every server knows what is stored, and nothing beyond it.
    var disagreement: String? {
        for process in ready where process.lane.durable.storedRows != store.truth.storedRows {
            return "\(process.name) is at revision \(process.lane.durable.revision) of \(store.truth.revision)"
        }
        return nil
    }
}
