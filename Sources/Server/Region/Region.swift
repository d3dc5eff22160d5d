import APIPipeline
import AWSModels
import AWSWire
import Control
import Dispatch
import ECSAPI
import LogStore
import Logging
import NIOCore
import NodeLink
import STSAPI
import State
import Storage

/// A whole region in one process: the store, the writer lane, the control loop, the APIs and the listener, joined.
final class Region: Sendable {
    let settings: RegionSettings
    let lane: Lane
    let hub: SessionHub
    let listener: Listener
    /// Answers requests, whether they came over the listener or not.
    let handler: RegionHandler
    private let sessions: ExecHub
    private let store: SQLiteStore
    private let control: ControlThread
    private let logs: RegionLogs
    private let transcripts: TranscriptKeeper

    /// Where the region is reached.
    var endpoint: String { "http://\(settings.host):\(listener.port)" }

    private init(
        _ settings: RegionSettings, lane: Lane, hub: SessionHub, listener: Listener, handler: RegionHandler,
        sessions: ExecHub, store: SQLiteStore, control: ControlThread, logs: RegionLogs, transcripts: TranscriptKeeper
    ) {
        self.logs = logs
        self.transcripts = transcripts
        self.settings = settings
        self.lane = lane
        self.hub = hub
        self.listener = listener
        self.handler = handler
        self.sessions = sessions
        self.store = store
        self.control = control
    }

    /// Loads the state and begins to serve.
    /// - Throws: `StoreError` when the store cannot be used, or when the address cannot be bound.
    static func start(
        _ settings: RegionSettings, on group: any EventLoopGroup, _ logger: Logger
    ) async throws -> Region {
        let store = try SQLiteStore(path: settings.dataDirectory + "/state.sqlite")
        let vault = Vault(key: try VaultKey.load(from: settings.dataDirectory))
        let snapshot = try Snapshot(realm: settings.realm, vault: vault, loading: store)
        let control = ControlThread()
        let hub = SessionHub()
        let balancers = BalancerHub()
        let sessions = ExecHub()
        let audit = ExecAudit(directory: settings.dataDirectory)
        let loop = ControlLoop(controllers: makeControllers(), wake: control.wake)
        let events = EventLog(directory: settings.dataDirectory, logger)
        let announcements = DispatchQueue(label: "roost.announcements")
        let lane = Lane(
            snapshot: snapshot, store: store, random: SystemEntropy.seeded(),
            observer: RegionObserver(
                loop: loop, hub: hub, balancers: balancers, record: events.record, follow: sessions.follow),
            announcer: { announce in announcements.async { announce() } })
        try await prepare(lane, audit)
        let logs = RegionLogs(settings.dataDirectory, lane, logger)
        let objects = ObjectFiles(directory: settings.dataDirectory + "/objects")
        let transcripts = TranscriptKeeper(lane, logs.store, objects, logger)
        let exec = ExecParts(
            lane: lane, agents: hub, sessions: sessions, audit: audit, transcripts: transcripts)
        let handler = RegionHandler(
            settings, lane: lane, hub: hub, balancers: balancers, logs: logs.store, exec: exec)
        let listener = try await Listener.start(
            host: settings.host, port: settings.port, tls: try settings.makeTLS(logger), handler, on: group)
        handler.begin(at: "http://\(settings.host):\(listener.port)")
        control.start(loop, lane)
        logger.info("the region is ready", metadata: ["revision": "\(snapshot.revision)"])
        return Region(
            settings, lane: lane, hub: hub, listener: listener, handler: handler, sessions: sessions,
            store: store, control: control, logs: logs, transcripts: transcripts)
    }

    /// A cluster `default` exists from the start, and no session outlives the server.
    private static func prepare(_ lane: Lane, _ audit: ExecAudit) async throws {
        let ended = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<[ExecuteSessionRecord], any Error>) in
            lane.submit(at: WallClock.now) { (transaction, context) throws(WireError) in
                transaction.disconnectAll()
                transaction.disconnectBalancerNodes(at: context.now)
                transaction.makeDefaultCluster(at: context.now)
                return transaction.endExecuteSessions(at: context.now)
            } reply: {
                continuation.resume(with: $0.mapError { $0 as any Error })
            }
        }
        for session in ended {
            let end = ExecEnd(reason: session.reason)
            audit.note(.ended, session, lane.durable.realm, end: end, at: WallClock.now)
        }
    }

    /// Stops serving. Containers stay.
    func stop() async {
        sessions.endAll("The server ends.")
        await listener.stop()
        await control.stop()
        transcripts.close()
        logs.close()
        store.close()
    }
}
