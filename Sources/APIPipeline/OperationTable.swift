import AWSWire
import State

/// The operations a region serves, by API and name.
package struct OperationTable: Sendable {
    private var apis: [String: APIModel] = [:]
    private var handlers: [String: any OperationHandler] = [:]

    package init() {}

    /// Adds an operation.
    package mutating func register<O: Operation>(_ operation: O) {
        let model = O.model
        handlers[OperationTable.name(model.api, model.name)] = Handler(operation: operation)
    }

    /// Makes an API known, so that its other operations answer with a clear error.
    package mutating func register(_ api: APIModel) {
        apis[api.id] = api
    }

    /// The APIs, in order of their ids.
    package var models: [APIModel] { apis.values.sorted { $0.id < $1.id } }

    /// What serves an operation; nil when it is not built.
    package func handler(_ model: OperationModel) -> (any OperationHandler)? {
        handlers[OperationTable.name(model.api, model.name)]
    }

    private static func name(_ api: APIModel, _ operation: String) -> String { "\(api.id).\(operation)" }
}

/// How an operation is done.
package enum OperationManner: Sendable {
    /// In the writer lane.
    case write
    /// On the durable snapshot, at once.
    case read
    /// Begun on the durable snapshot, answered later.
    case deferred
    /// In the writer lane, after something was fetched.
    case fetching
    /// Answered by a stream.
    case streaming
}

/// An operation without its types: bytes in, bytes out.
package protocol OperationHandler: Sendable {
    /// How the operation is done.
    var manner: OperationManner { get }
    /// Decodes and validates the input.
    func decode(_ bytes: [UInt8]) throws(WireError) -> any PreparedCall
}

/// A decoded request, ready to run on a snapshot.
package protocol PreparedCall: Sendable {
    /// Asks for permission, performs, and returns what encodes the output as JSON.
    func run(
        _ call: Call, _ access: any AccessDeciding, _ transaction: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> any Shape

    /// The same for an operation that answers later.
    func begin(
        _ call: Call, _ access: any AccessDeciding, _ snapshot: Snapshot, at now: Timestamp,
        answer: @escaping @Sendable (Result<any Shape, WireError>) -> Void
    ) throws(WireError)

    /// Asks for permission, and fetches what an operation needs.
    /// - Parameter answer: gets the call that is ready to run then.
    func fetch(
        _ call: Call, _ access: any AccessDeciding, _ snapshot: Snapshot,
        answer: @escaping @Sendable (Result<any PreparedCall, WireError>) -> Void
    ) throws(WireError)

    /// The same for an operation that answers by a stream.
    func open(
        _ call: Call, _ access: any AccessDeciding, _ snapshot: Snapshot, at now: Timestamp
    ) throws(WireError) -> BodyStream
}

private struct Handler<O: Operation>: OperationHandler {
    let operation: O

    var manner: OperationManner {
        switch operation {
        case is any ReadOperation: .read
        case is any DeferredOperation: .deferred
        case is any FetchingOperation: .fetching
        case is any StreamingOperation: .streaming
        default: .write
        }
    }

    func decode(_ bytes: [UInt8]) throws(WireError) -> any PreparedCall {
        Prepared(operation: operation, input: try O.Input.decode(bytes, O.model.api))
    }
}

private struct Prepared<O: Operation>: PreparedCall {
    let operation: O
    let input: O.Input
    /// `FetchingOperation.Fetched`, once it was fetched.
    var fetched: (any Sendable)?

    func run(
        _ call: Call, _ access: any AccessDeciding, _ transaction: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> any Shape {
        try ask(call, access, transaction)
        guard let fetching = operation as? any FetchingOperation else {
            return try operation.perform(input, call, &transaction, &context)
        }
        return try perform(fetching, call, &transaction, &context)
    }

    private func perform<Fetching: FetchingOperation>(
        _ operation: Fetching, _ call: Call, _ transaction: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> any Shape {
        guard let input = input as? Fetching.Input, let fetched = fetched as? Fetching.Fetched else {
            throw .internalFailure
        }
        return try operation.perform(input, with: fetched, call, &transaction, &context)
    }

    func fetch(
        _ call: Call, _ access: any AccessDeciding, _ snapshot: Snapshot,
        answer: @escaping @Sendable (Result<any PreparedCall, WireError>) -> Void
    ) throws(WireError) {
        guard let operation = operation as? any FetchingOperation else { throw .internalFailure }
        try ask(call, access, Transaction(snapshot))
        try fetch(operation, call, snapshot, answer)
    }

    private func fetch<Fetching: FetchingOperation>(
        _ operation: Fetching, _ call: Call, _ snapshot: Snapshot,
        _ answer: @escaping @Sendable (Result<any PreparedCall, WireError>) -> Void
    ) throws(WireError) {
        guard let input = input as? Fetching.Input else { throw .internalFailure }
        try operation.fetch(input, call, snapshot) { result in
            answer(result.map { fetched in Prepared<Fetching>(operation: operation, input: input, fetched: fetched) })
        }
    }

    func begin(
        _ call: Call, _ access: any AccessDeciding, _ snapshot: Snapshot, at now: Timestamp,
        answer: @escaping @Sendable (Result<any Shape, WireError>) -> Void
    ) throws(WireError) {
        guard let operation = operation as? any DeferredOperation else { throw .internalFailure }
        try ask(call, access, Transaction(snapshot))
        try begin(operation, call, snapshot, now, answer)
    }

    private func begin<Deferred: DeferredOperation>(
        _ operation: Deferred, _ call: Call, _ snapshot: Snapshot, _ now: Timestamp,
        _ answer: @escaping @Sendable (Result<any Shape, WireError>) -> Void
    ) throws(WireError) {
        guard let input = input as? Deferred.Input else { throw .internalFailure }
        try operation.begin(input, call, snapshot, at: now) { result in answer(result.map { $0 as any Shape }) }
    }

    func open(
        _ call: Call, _ access: any AccessDeciding, _ snapshot: Snapshot, at now: Timestamp
    ) throws(WireError) -> BodyStream {
        guard let operation = operation as? any StreamingOperation else { throw .internalFailure }
        try ask(call, access, Transaction(snapshot))
        return try open(operation, call, snapshot, now)
    }

    private func open<Streaming: StreamingOperation>(
        _ operation: Streaming, _ call: Call, _ snapshot: Snapshot, _ now: Timestamp
    ) throws(WireError) -> BodyStream {
        guard let input = input as? Streaming.Input else { throw .internalFailure }
        return try operation.open(input, call, snapshot, at: now)
    }

    private func ask(_ call: Call, _ access: any AccessDeciding, _ transaction: Transaction) throws(WireError) {
        for request in try operation.access(input, call, transaction) {
            try access.decide(request, call.caller, transaction.snapshot)
        }
    }
}
