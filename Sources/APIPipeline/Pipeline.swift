import AWSWire
import State

/// What happens to a request, from bytes to bytes.
///
/// The operation is found without decoding the body; the signature is verified over the raw bytes; then the input is
/// decoded and checked against the model, permission is asked for, and the operation runs: a read on the durable
/// snapshot, at once; a write in the writer lane, answered when it is durable. What a write needs from beside the state
/// is fetched before.
package struct Pipeline: Sendable {
    private let table: OperationTable
    private let router: APIRouter
    private let authenticator: any Authenticating
    private let access: any AccessDeciding
    private let lane: Lane
    private let metrics: RequestMetrics
    private let throttle: Throttle?
    private let services: Services

    /// - Parameters:
    ///   - throttle: nil to take every request.
    ///   - services: what operations reach beside the state.
    package init(
        table: OperationTable, authenticator: any Authenticating, access: any AccessDeciding, lane: Lane,
        metrics: RequestMetrics, throttle: Throttle? = nil, services: Services = Services()
    ) {
        self.services = services
        self.throttle = throttle
        self.table = table
        router = APIRouter(table.models)
        self.authenticator = authenticator
        self.access = access
        self.lane = lane
        self.metrics = metrics
    }

    /// Answers a request.
    /// - Parameters:
    ///   - requestID: becomes the answer's `x-amzn-RequestId`.
    ///   - endpoint: where the region is reached.
    ///   - respond: called once, now or later, from any thread.
    package func handle(
        _ request: HTTPRequestMessage, at now: Timestamp, requestID: String, endpoint: String,
        respond: @escaping @Sendable (HTTPResponseMessage) -> Void
    ) {
        let api = router.api(of: request)
        do throws(WireError) {
            let operation = try router.operation(of: request, in: api)
            let exchange = Exchange(operation: operation, requestID: requestID, metrics: metrics, respond: respond)
            do throws(WireError) {
                let caller = try authenticator.authenticate(request, api, at: now)
                try throttle?.admit(operation, at: now)
                let call = Call(caller: caller, requestID: requestID, endpoint: endpoint, services: services)
                try run(request, exchange, call, now)
            } catch { exchange.fail(error) }
        } catch {
            metrics.count("Unknown", error.code)
            respond(AWSProtocol.response(for: error, api, requestID: requestID))
        }
    }

    private func run(
        _ request: HTTPRequestMessage, _ exchange: Exchange, _ call: Call, _ now: Timestamp
    ) throws(WireError) {
        guard let handler = table.handler(exchange.operation) else {
            throw .notBuilt(exchange.operation)
        }
        let input = try AWSProtocol.input(of: request, for: exchange.operation)
        let prepared = try handler.decode(input)
        switch handler.manner {
        case .read:
            var transaction = Transaction(lane.durable)
            var context = DecisionContext(now: now, random: SeededRandom(seed: 0))
            exchange.succeed(try prepared.run(call, access, &transaction, &context))
        case .deferred:
            try prepared.begin(call, access, lane.durable, at: now) { result in
                switch result {
                case .success(let output): exchange.succeed(output)
                case .failure(let error): exchange.fail(error)
                }
            }
        case .fetching:
            try prepared.fetch(call, access, lane.durable) { result in
                switch result {
                case .success(let ready): submit(ready, exchange, call, now)
                case .failure(let error): exchange.fail(error)
                }
            }
        case .streaming: exchange.stream(try prepared.open(call, access, lane.durable, at: now))
        case .write: submit(prepared, exchange, call, now)
        }
    }

    private func submit(_ prepared: any PreparedCall, _ exchange: Exchange, _ call: Call, _ now: Timestamp) {
        lane.submit(at: now, mustBeCurrent: true) { (transaction, context) throws(WireError) in
            try prepared.run(call, access, &transaction, &context)
        } reply: { result in
            switch result {
            case .success(let output): exchange.succeed(output)
            case .failure(.refused(let error)): exchange.fail(error)
            case .failure(.store): exchange.fail(.fault(of: exchange.operation))
            }
        }
    }
}

/// A request whose operation is known, to be answered once.
private struct Exchange: Sendable {
    let operation: OperationModel
    let requestID: String
    let metrics: RequestMetrics
    let respond: @Sendable (HTTPResponseMessage) -> Void

    func succeed(_ output: any Shape) {
        metrics.count(operation.name, "OK")
        respond(AWSProtocol.response(with: output, for: operation, requestID: requestID))
    }

    func stream(_ body: BodyStream) {
        metrics.count(operation.name, "OK")
        respond(AWSProtocol.response(streaming: body, requestID: requestID))
    }

    func fail(_ error: WireError) {
        metrics.count(operation.name, error.code)
        respond(AWSProtocol.response(for: error, operation.api, requestID: requestID))
    }
}

extension WireError {
    /// A fault of ours, under the API's own name for it where it has one: agents try again after a `ServerException`,
    /// and give up after names they do not know.
    /// Source: amazon-ecs-agent, agent/app: registration errors.
    fileprivate static func fault(of operation: OperationModel) -> WireError {
        guard operation.errors.contains("ServerException") else { return .internalFailure }
        return WireError(code: "ServerException", message: WireError.internalFailure.message, status: 500)
    }

    /// An operation of the model that Roost does not have yet.
    fileprivate static func notBuilt(_ operation: OperationModel) -> WireError {
        WireError(
            code: "UnsupportedFeatureException", message: "\(operation.name) is not available in this region yet.",
            status: 400)
    }
}
