import APIPipeline
import AWSModels
import AWSWire
import Control
import ECSAPI
import NodeLink
import STSAPI
import State

/// The server from its start to its crash: lane, loop, hub and pipeline as `roost server` joins them.
///
/// Safe because a world runs in one thread.
final class ServerProcess: @unchecked Sendable {
    let timeline: Timeline
    /// The chance of this process.
    let dice: Dice
    let lane: Lane
    let hub = SessionHub()
    private let clock: ControlClock
    private let loop: ControlLoop
    private let pipeline: Pipeline
    private(set) var isAlive = true
    /// Whether it takes requests.
    private(set) var isReady = false
    private var sessions: [ServerSession] = []
    private var telemetry: [TelemetrySession] = []
    /// Who waits for an answer, by number.
    private var waiting: [Int: () -> Void] = [:]
    private var nextCall = 0

    /// Loads the state.
    /// - Parameters:
    ///   - evidence: is told of every change.
    ///   - number: counts the processes.
    init(
        _ timeline: Timeline, _ store: SimulatedStore, _ realm: Realm, controllers: [any Controller],
        evidence: Evidence, number: Int
    ) throws(StoreError) {
        self.timeline = timeline
        dice = timeline.dice("server \(number)")
        let clock = ControlClock(timeline, dice)
        self.clock = clock
        loop = ControlLoop(controllers: controllers) { clock.wake() }
        let snapshot = try Snapshot(realm: realm, loading: store)
        lane = Lane(
            snapshot: snapshot, store: store, random: dice.fork(),
            observer: Witness(evidence: evidence, region: RegionObserver(loop: loop, hub: hub)),
            seed: timeline.calmSeed)
        var table = OperationTable()
        ECSOperations.registerAll(&table)
        STSOperations.registerAll(&table)
        pipeline = Pipeline(
            table: table, authenticator: NoAuthentication(realm), access: RootOnlyAccess(), lane: lane,
            metrics: RequestMetrics())
        evidence.reloaded(snapshot)
        prepare()
    }

    /// No session outlives the server. It serves once that is durable.
    private func prepare() {
        lane.submit(at: timeline.now) { (transaction, _) throws(WireError) in
            transaction.disconnectAll()
        } reply: { [self] result in
            guard isAlive else { return }
            guard case .success = result else {
                // The real one exits with an error and is started again.
                return timeline.after(.seconds(1)) { [self] in if isAlive { prepare() } }
            }
            isReady = true
            clock.start(loop, lane)
            timeline.say("server", "ready", "revision \(lane.durable.revision)")
        }
    }

    // MARK: Requests

    /// Takes a request.
    /// - Parameters:
    ///   - respond: gets the answer.
    ///   - abandon: called instead when the process dies.
    func handle(
        _ request: HTTPRequestMessage, respond: @escaping (HTTPResponseMessage) -> Void,
        abandon: @escaping () -> Void
    ) {
        guard isReady else { return abandon() }
        let number = nextCall
        nextCall += 1
        waiting[number] = abandon
        let reply = Reply { [self] response in
            guard isAlive, waiting.removeValue(forKey: number) != nil else { return }
            respond(response)
        }
        pipeline.handle(
            request, at: timeline.now, requestID: dice.random.uuid(), endpoint: "http://127.0.0.1:4566"
        ) { reply.body($0) }
    }

    // MARK: Sessions

    /// Lets an agent's session in.
    /// - Returns: whether the instance is registered.
    func admit(_ link: Link, _ kind: SessionKind, _ instanceARN: String, _ versions: AgentVersions) -> Bool {
        let prefix = lane.durable.realm.ecs("container-instance/")
        guard isReady, instanceARN.hasPrefix(prefix) else { return false }
        let key = Key<ContainerInstanceRecord>(path: String(instanceARN.dropFirst(prefix.count)))
        guard let instance = lane.durable.get(key), instance.status != .inactive else { return false }
        switch kind {
        case .tasks:
            let session = ServerSession(key, versions, link, self)
            sessions.append(session)
            session.open()
        case .telemetry:
            let session = TelemetrySession(key, link, self)
            telemetry.append(session)
            session.open()
        }
        return true
    }

    func forget(_ session: ServerSession) { sessions.removeAll { $0 === session } }
    func forget(_ session: TelemetrySession) { telemetry.removeAll { $0 === session } }

    // MARK: Death

    /// Kill -9: nothing more happens here, and everybody who waits finds the connection broken.
    func kill() {
        isAlive = false
        isReady = false
        clock.stop()
        for session in sessions { session.die() }
        for session in telemetry { session.die() }
        let abandoned = waiting.sorted { $0.key < $1.key }.map(\.value)
        waiting = [:]
        for abandon in abandoned { abandon() }
    }
}

/// A closure that code under test may hold.
///
/// Safe because a world runs in one thread.
struct Reply: @unchecked Sendable {
    let body: (HTTPResponseMessage) -> Void
}

/// Tells the evidence, then whom the real observer tells.
private struct Witness: LaneObserver {
    let evidence: Evidence
    let region: RegionObserver

    func applied(_ changes: [Change]) {
        evidence.applied += changes
        region.applied(changes)
    }

    func durable(_ changes: [Change], _ snapshot: Snapshot) {
        evidence.durable += changes
        region.durable(changes, snapshot)
    }

    func reverted() { region.reverted() }
}
