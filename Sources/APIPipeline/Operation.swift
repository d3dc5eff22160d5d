import AWSWire
import State

/// One operation of an AWS API: turns a request into changes and an answer.
///
/// An operation is synchronous and decides on the transaction's snapshot only; time and chance come in by the context.
/// One file per operation, in the `Operations` folder of its API; `make generate` lists it.
package protocol Operation: Sendable {
    associatedtype Input: Shape
    associatedtype Output: Shape

    /// The generated description: name, shapes, errors.
    static var model: OperationModel { get }

    /// What the caller must be allowed to do, with the resources resolved. An empty list needs no permission.
    func access(_ input: Input, _ call: Call, _ transaction: Transaction) throws(WireError) -> [AccessRequest]

    /// Does it. A thrown error undoes all changes.
    func perform(
        _ input: Input, _ call: Call, _ transaction: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> Output
}

/// An operation that changes nothing: it is answered from the durable snapshot, outside the writer lane.
package protocol ReadOperation: Operation {
    // Said again, so that both are inferred from `read`.
    associatedtype Input
    associatedtype Output

    /// Answers from a snapshot.
    func read(_ input: Input, _ call: Call, _ snapshot: Snapshot) throws(WireError) -> Output
}

extension ReadOperation {
    package func perform(
        _ input: Input, _ call: Call, _ transaction: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> Output {
        try read(input, call, transaction.snapshot)
    }
}

/// An operation on something beside the state, which takes its time: it is decided on the durable snapshot, outside the
/// writer lane, and answers later.
package protocol DeferredOperation: Operation {
    // Said again, so that both are inferred from `begin`.
    associatedtype Input
    associatedtype Output

    /// Begins it.
    /// - Parameter answer: called once unless this throws, now or later, from any thread.
    func begin(
        _ input: Input, _ call: Call, _ snapshot: Snapshot, at now: Timestamp,
        answer: @escaping @Sendable (Result<Output, WireError>) -> Void
    ) throws(WireError)
}

extension DeferredOperation {
    package func perform(
        _ input: Input, _ call: Call, _ transaction: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> Output {
        preconditionFailure("a deferred operation is begun, not performed")
    }
}

/// An operation whose answer is a stream of events that lasts.
package protocol StreamingOperation: Operation {
    // Said again, so that it is inferred from `open`.
    associatedtype Input

    /// Opens the stream: its messages are in the form of `EventStreamMessage`.
    func open(_ input: Input, _ call: Call, _ snapshot: Snapshot, at now: Timestamp) throws(WireError) -> BodyStream
}

extension StreamingOperation {
    package func perform(
        _ input: Input, _ call: Call, _ transaction: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> Output {
        preconditionFailure("a streaming operation is opened, not performed")
    }
}

/// What operations reach beside the state: stores of their own, each by its type.
package struct Services: Sendable {
    private var items: [ObjectIdentifier: any Sendable] = [:]

    package init() {}

    package mutating func add<Service: Sendable>(_ service: Service) {
        items[ObjectIdentifier(Service.self)] = service
    }

    /// - Throws: `ServiceUnavailableException` in a region that has no such thing.
    package func get<Service: Sendable>(_ type: Service.Type) throws(WireError) -> Service {
        guard let service = items[ObjectIdentifier(type)] as? Service else {
            throw WireError(
                code: "ServiceUnavailableException", message: "This region has no store for it.", status: 503)
        }
        return service
    }
}

/// What an operation knows of the request beside its input.
package struct Call: Sendable {
    /// Who asks.
    package var caller: Caller
    /// The answer's `x-amzn-RequestId`.
    package var requestID: String
    /// Where the region is reached, for example `http://127.0.0.1:4566`: what DiscoverPollEndpoint hands out.
    package var endpoint: String
    package var services: Services

    package init(caller: Caller, requestID: String, endpoint: String, services: Services = Services()) {
        self.services = services
        self.caller = caller
        self.requestID = requestID
        self.endpoint = endpoint
    }
}

/// A verified identity.
package struct Caller: Sendable, Equatable {
    /// For example `arn:aws:iam::000000000000:root`.
    package var arn: String
    /// Twelve digits.
    package var account: String
    /// STS's `UserId`: the account for its root user.
    package var userID: String
    /// The session whose key signed; nil for the root user.
    package var session: RoleSession?

    package init(arn: String, account: String, userID: String) {
        self.arn = arn
        self.account = account
        self.userID = userID
    }

    /// The account's root user.
    package static func root(_ realm: Realm) -> Caller {
        Caller(arn: realm.root, account: realm.account, userID: realm.account)
    }
}

/// One thing a caller must be allowed to do.
package struct AccessRequest: Sendable, Equatable {
    /// For example `ecs:RunTask`.
    package var action: String
    /// The resource's ARN, or `*`.
    package var resource: String

    package init(_ action: String, _ resource: String) {
        self.action = action
        self.resource = resource
    }
}
