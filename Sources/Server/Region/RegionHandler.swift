import ACMAPI
import APIPipeline
import AWSModels
import AWSWire
import Control
import EC2API
import ECSAPI
import ELBAPI
import LogStore
import LogsAPI
import SSMAPI
import STSAPI
import SecretsManagerAPI
import State
import Synchronization
import Telemetry

/// Answers everything that comes to the region's port: the AWS APIs at `/`, the region's own pages under `/_roost/`,
/// agents' sessions under `/agent/`, balancer nodes' at `/balancer`, clients of ExecuteCommand under
/// `/v1/data-channel/`.
final class RegionHandler: RequestHandling {
    private let settings: RegionSettings
    private let lane: Lane
    private let pipeline: Pipeline
    private let gate: AgentGate
    private let balancerGate: BalancerGate
    private let objects: ObjectDoor
    private let execGate: ExecGate
    private let requests: RequestMetrics
    private let metrics: MetricBook
    private let hub: SessionHub
    private let pulls = PullBook()
    private let state = Mutex(State(random: SystemEntropy.seeded()))

    private struct State {
        var random: SeededRandom
        /// Nil until the region serves.
        var endpoint: String?
    }

    init(
        _ settings: RegionSettings, lane: Lane, hub: SessionHub, balancers: BalancerHub, logs: LogStore,
        exec: ExecParts
    ) {
        self.settings = settings
        self.lane = lane
        self.hub = hub
        let authenticator: any Authenticating =
            settings.isAuthenticating
            ? RegionAuthentication(settings.credential, lane.durable.vault) { lane.durable }
            : NoAuthentication(settings.realm)
        let access = BuiltInAccess()
        var table = OperationTable()
        ECSOperations.registerAll(&table)
        STSOperations.registerAll(&table)
        ELBOperations.registerAll(&table)
        EC2Operations.registerAll(&table)
        ACMOperations.registerAll(&table)
        LogsOperations.registerAll(&table)
        SSMOperations.registerAll(&table)
        SecretsManagerOperations.registerAll(&table)
        objects = ObjectDoor(
            files: ObjectFiles(directory: settings.dataDirectory + "/objects"), authenticator: authenticator,
            access: access)
        requests = RequestMetrics()
        metrics = MetricBook()
        pipeline = Pipeline(
            table: table, authenticator: authenticator, access: access, lane: lane, metrics: requests,
            throttle: settings.isThrottling ? Throttle(Throttle.Quota.ecs) : nil,
            services: RegionHandler.services(logs, lane, objects.files))
        gate = AgentGate(
            lane: lane, hub: hub, usage: UsageBook(metrics), pulls: pulls, authenticator: authenticator, access: access,
            sessions: exec.sessions)
        execGate = ExecGate(parts: exec)
        balancerGate = BalancerGate(
            lane: lane, hub: balancers, metrics: metrics, authenticator: authenticator, access: access)
    }

    /// What operations reach beside the state.
    private static func services(_ logs: LogStore, _ lane: Lane, _ objects: ObjectFiles) -> Services {
        var services = Services()
        services.add(logs)
        services.add(objects.source)
        services.add(SystemEntropy.forSecrets)
        services.add(
            LiveTails { tail in
                let session = LiveTailSession(tail, logs, lane)
                return BodyStream(open: { session.open($0) }, close: { session.close() })
            })
        return services
    }

    /// Tells the region its address, and that it serves from now on.
    func begin(at endpoint: String) { state.withLock { $0.endpoint = endpoint } }

    func handle(_ request: HTTPRequestMessage, respond: @escaping @Sendable (HTTPResponseMessage) -> Void) {
        guard !request.rawPath.hasPrefix("/_roost/") else { return serveOwn(request, respond) }
        let (requestID, own) = state.withLock { ($0.random.uuid(), $0.endpoint ?? "") }
        guard !ObjectRequest.isMeant(by: request) else {
            return objects.handle(request, lane.durable, requestID: requestID, respond: respond)
        }
        let endpoint = request.addressedEndpoint ?? own
        pipeline.handle(request, at: WallClock.now, requestID: requestID, endpoint: endpoint, respond: respond)
    }

    func upgrade(_ request: HTTPRequestMessage) -> UpgradeDecision {
        if request.rawPath.hasPrefix(ExecGate.path) { return execGate.decide(request) }
        return request.rawPath == BalancerGate.path ? balancerGate.decide(request) : gate.decide(request)
    }

    private func serveOwn(_ request: HTTPRequestMessage, _ respond: @escaping @Sendable (HTTPResponseMessage) -> Void) {
        switch (request.method, request.rawPath) {
        case ("GET", "/_roost/health"), ("HEAD", "/_roost/health"): respond(health)
        case ("GET", "/_roost/metrics"):
            respond(MetricsPage.response(lane.durable, requests, metrics, sessions: hub.count))
        case ("GET", "/_roost/balancers"):
            respond(json(200, BalancersPage.body(lane.durable, metrics, at: WallClock.now)))
        case ("GET", "/_roost/pulls"): respond(json(200, pulls.page))
        case ("GET", "/_roost/telemetry"): telemetry(request, respond)
        case ("GET", TrustStoreLink.path): respond(trustStore(request))
        case ("POST", "/_roost/reset"): reset(respond)
        default: respond(json(404, ["message": "There is no such page."]))
        }
    }

    private func telemetry(
        _ request: HTTPRequestMessage, _ respond: @escaping @Sendable (HTTPResponseMessage) -> Void
    ) {
        do throws(WireError) {
            let query = try TelemetryPage.Query(QueryForm(query: request.rawQuery), at: WallClock.now)
            respond(json(200, TelemetryPage.body(query, metrics)))
        } catch { respond(json(error.status, ["message": .string(error.message)])) }
    }

    /// A part of a trust store, to whoever has the address.
    private func trustStore(_ request: HTTPRequestMessage) -> HTTPResponseMessage {
        let token = QueryForm(query: request.rawQuery).value("token") ?? ""
        guard let content = TrustStoreLink.content(of: token, lane.durable, at: WallClock.now) else {
            return json(403, ["message": "The address has expired, or is none of this region."])
        }
        return HTTPResponseMessage(
            status: 200, headers: ["Content-Type": "application/x-pem-file"], body: Array(content.utf8))
    }

    private var health: HTTPResponseMessage {
        state.withLock { $0.endpoint } == nil
            ? json(503, ["status": "starting"]) : json(200, ["status": "ready"])
    }

    private func reset(_ respond: @escaping @Sendable (HTTPResponseMessage) -> Void) {
        guard settings.allowsReset else {
            return respond(json(403, ["message": "Start the region with --allow-reset to allow this."]))
        }
        lane.submit(at: WallClock.now) { (transaction, context) throws(WireError) in
            transaction.reset(at: context.now)
        } reply: { [self] result in
            switch result {
            case .success:
                metrics.removeAll()
                objects.files.removeAll()
                execGate.parts.sessions.endAll("The region was reset.")
                respond(json(200, ["status": "reset"]))
            case .failure: respond(json(500, ["message": "The reset could not be stored."]))
            }
        }
    }

    private func json(_ status: Int, _ body: JSONValue) -> HTTPResponseMessage {
        HTTPResponseMessage(status: status, headers: ["Content-Type": "application/json"], body: body.encode())
    }
}
