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
    let link: StoreLink
    let lane: Lane
    let hub = SessionHub()
    let balancers = BalancerHub()
    private let clock: ControlClock
    private let loop: ControlLoop
    private let pipeline: Pipeline
    private(set) var isAlive = true
    /// Whether it takes requests.
    private(set) var isReady = false
    private var sessions: [ServerSession] = []
    private var telemetry: [TelemetrySession] = []
    private var balancerSessions: [BalancerServerSession] = []
    /// Who waits for an answer, by number.
    private var waiting: [Int: () -> Void] = [:]
    private var nextCall = 0

    /// The name of the process; no other has it.
    var name: String { link.name }

    /// Loads the state.
    /// - Parameter evidence: is told of every change of a state that only this process can change.
    init(
        _ timeline: Timeline, _ link: StoreLink, _ dice: Dice, _ realm: Realm, _ store: SimulatedStore,
        _ controllers: [any Controller], _ evidence: Evidence
    ) throws(StoreError) {
        self.timeline = timeline
        self.link = link
        self.dice = dice
        let clock = ControlClock(timeline, dice)
        self.clock = clock
        loop = ControlLoop(controllers: controllers) { clock.wake() }
        let snapshot = try Snapshot(realm: realm, vault: .open, loading: link)
        let witness = Witness(
            link: link, evidence: store.isShared ? nil : evidence,
            region: RegionObserver(loop: loop, hub: hub, balancers: balancers))
        lane = Lane(
            snapshot: snapshot, store: link, random: dice.fork(), observer: witness, seed: timeline.calmSeed)
        var table = OperationTable()
        ECSOperations.registerAll(&table)
        STSOperations.registerAll(&table)
        pipeline = Pipeline(
            table: table, authenticator: NoAuthentication(realm), access: BuiltInAccess(), lane: lane,
            metrics: RequestMetrics())
        evidence.reloaded(snapshot)
        witness.lost = { [weak self] in self?.forget(server: $0) }
        prepare(among: store.members)
    }

    /// No session outlives its server. This one serves once that is durable.
    private func prepare(among members: Set<String>) {
        lane.submit(at: timeline.now) { (transaction, context) throws(WireError) in
            transaction.disconnectAll(except: members)
            transaction.disconnectBalancerNodes(except: members, at: context.now)
        } reply: { [self] result in
            guard isAlive else { return }
            guard case .success = result else {
                // The real one exits with an error and is started again.
                return timeline.after(.seconds(1)) { [self] in if isAlive { prepare(among: members) } }
            }
            isReady = true
            clock.start(loop, lane)
            timeline.say(name, "ready", "revision \(lane.durable.revision)")
        }
    }

    /// Another server is gone: its sessions are, too.
    private func forget(server: String) {
        lane.submit(at: timeline.now) { (transaction, context) throws(WireError) in
            transaction.disconnectAll(of: server)
            transaction.disconnectBalancerNodes(of: server, at: context.now)
        } reply: { [self] result in
            if isAlive, case .failure = result {
                timeline.after(.seconds(1)) { [self] in if isAlive { forget(server: server) } }
            }
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

    /// Lets an agent's session in, if it is welcome.
    func admit(
        _ link: Link, _ kind: SessionKind, _ instanceARN: String, _ versions: AgentVersions
    ) -> SessionAdmission {
        let prefix = lane.durable.realm.ecs("container-instance/")
        guard isReady, instanceARN.hasPrefix(prefix) else { return .unknown }
        let key = Key<ContainerInstanceRecord>(path: String(instanceARN.dropFirst(prefix.count)))
        let admission = SessionAdmission(of: key, lane.durable, isShared: lane.isShared)
        guard admission == .welcome else { return admission }
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
        return .welcome
    }

    /// Lets a balancer node's session in.
    func admit(balancer link: Link) {
        let session = BalancerServerSession(link, self)
        balancerSessions.append(session)
        session.open()
    }

    func forget(_ session: BalancerServerSession) { balancerSessions.removeAll { $0 === session } }
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
        for session in balancerSessions { session.die() }
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
///
/// Safe because a world runs in one thread.
private final class Witness: LaneObserver, @unchecked Sendable {
    private let link: StoreLink
    private let evidence: Evidence?
    private let region: RegionObserver
    var lost: (String) -> Void = { _ in }

    init(link: StoreLink, evidence: Evidence?, region: RegionObserver) {
        self.link = link
        self.evidence = evidence
        self.region = region
    }

    func applied(_ changes: [Change]) {
        evidence?.applied += changes
        region.applied(changes)
    }

    func committing(_ decisions: [[Change]], _ snapshot: Snapshot) { link.decisions = decisions }
    func durable(_ changes: [Change], _ snapshot: Snapshot) { region.durable(changes, snapshot) }
    func reverted(_ changes: [Change], areDecidedAgain: Bool) {
        region.reverted(changes, areDecidedAgain: areDecidedAgain)
    }
    func lost(server: String) { lost(server) }
}
